//! Glancy: what its team does, on a bastion whose programs are played and servers that are real.

mod audit;
mod backups;
mod bastion;
mod capacity;
mod circuit;
mod databases;
mod exports;
mod logs;
mod people;
mod quota;
mod release;
mod switches;
mod unit;

use std::sync::Arc;

use super::{bound::bound, readings::Readings, stage::Stage};
use crate::harness::{Bed, Space};

/// A quiet day.
const GOOD: [(&str, f64); 47] = [
    ("lookup-p95", 1.2),
    ("lookup-errors", 0.000_1),
    ("lookup-success", 0.999_9),
    ("lookup-rate", 120.0),
    ("free-p95", 1.4),
    ("concurrency", 0.4),
    ("queue-wait", 0.1),
    ("contract-failures", 0.0),
    ("regen-p95", 1.5),
    ("regen-errors", 0.000_1),
    ("regen-success", 0.999_9),
    ("regen-rate", 12.0),
    ("export-p95", 2.0),
    ("export-failures", 0.0),
    ("exports-depth", 12.0),
    ("exports-oldest", 5.0),
    ("exports-in", 1.0),
    ("exports-out", 3.0),
    ("lookups-depth", 0.0),
    ("lookups-oldest", 0.0),
    ("lookups-in", 1.0),
    ("lookups-out", 1.0),
    ("subs-depth", 0.0),
    ("subs-oldest", 0.0),
    ("subs-in", 0.1),
    ("subs-out", 0.1),
    ("sub-sync", 1.0),
    ("sub-success", 1.0),
    ("rum-p95", 1.1),
    ("rate-429", 0.001),
    ("quota-mismatch", 0.0),
    ("degraded", 0.001),
    ("availability", 0.999_9),
    ("cost-burn", 0.5),
    ("cache-l1", 0.6),
    ("cache-l2", 0.4),
    ("doubao-5xx", 0.001),
    ("doubao-timeout", 1.0),
    ("circuit-open", 0.0),
    ("stream-loss", 0.0),
    ("degrade-failed", 0.0),
    ("synthetic-p95", 1.0),
    ("probe-up", 1.0),
    ("bff-cpu", 0.3),
    ("bff-memory", 0.5),
    ("hook/HK-05/success", 1.0),
    ("hook/HK-05/delay", 1.0),
];

/// A database of a test's own, by what the pack calls it.
fn database(space: &str, name: &str) -> String {
    format!("{name}_{}", space.replace('-', "_"))
}

async fn stage(bed: &Bed) -> Stage<'_> {
    stage_with(bed, &[]).await
}

/// The same with texts of the pack replaced.
async fn stage_with<'a>(bed: &'a Bed, also: &[(&str, &str)]) -> Stage<'a> {
    let space = Space::new(bed, "glancy").await;
    let folder = Arc::new(tempfile::tempdir().unwrap());
    bastion::furnish(folder.path(), bed);
    let signers = Some(people::signers(folder.path()));
    let at = |below: &str| folder.path().join(below).to_str().unwrap().to_owned();
    let address = |name: &str| {
        let url = reqwest::Url::parse(bed.place(name)).unwrap();
        let (host, port) = (url.host_str().unwrap(), url.port().unwrap());
        format!("host = \"{host}\"\nport = {port}")
    };
    let (exports, core) = (
        database(&space.name, "exports"),
        database(&space.name, "core"),
    );
    let postgres = format!("{}\ntls = \"off\"", address("POSTGRES_URL"));
    let redis = address("REDIS_URL");
    let mut replaced = vec![
        ("/usr/local/bin/".to_owned(), at("bin/")),
        ("\"/usr/bin/systemctl".to_owned(), at("bin/systemctl")),
        ("\"/usr/bin/journalctl".to_owned(), at("bin/journalctl")),
        ("\"/usr/bin/redis-cli".to_owned(), at("bin/redis-cli")),
        ("\"/usr/bin/pg_dump".to_owned(), at("bin/pg_dump")),
        ("/home/ecs-user/glancy-backend".to_owned(), at("backend")),
        ("/srv/glancy".to_owned(), at("srv")),
        (
            "/var/log/rollback_stage.log".to_owned(),
            at("rollback_stage.log"),
        ),
        ("/secure/glancy.pgpass".to_owned(), at("pgpass")),
        ("host = \"primary.db.internal\"".to_owned(), postgres),
        ("host = \"redis-export.internal\"".to_owned(), redis.clone()),
        ("host = \"redis-l1.internal\"".to_owned(), redis),
        (
            "database/exports/exports".to_owned(),
            format!("database/exports/{exports}"),
        ),
        (
            "database/core/glancy".to_owned(),
            format!("database/core/{core}"),
        ),
        (
            "database = \"exports\"".to_owned(),
            format!("database = \"{exports}\""),
        ),
        (
            "database = \"glancy\"".to_owned(),
            format!("database = \"{core}\""),
        ),
    ];
    for (from, to) in &mut replaced {
        if from.starts_with('"') {
            to.insert(0, '"');
        }
    }
    if !rustix::process::geteuid().is_root() {
        // Where nobody is root, the unit's own user is whoever runs the tests.
        replaced.push(("user = \"root\"\n".to_owned(), String::new()));
    }
    replaced.push((
        "acts_of = \"prod\"".to_owned(),
        "acts_of = \"bed\"".to_owned(),
    ));
    let replaced: Vec<(&str, &str)> = replaced.iter().map(|(a, b)| (&**a, &**b)).collect();
    let pack = bound("glancy", &[&replaced[..], also].concat());
    let readings = Readings::new(&GOOD).await;
    Stage::new(space, readings, folder, pack, signers)
}

super::every_action! { "glancy";
    unit {
        "backend-status" status
        "backend-start" start
        "backend-stop" stop
        "backend-restart" restart
    }
    release {
        "stage-status" status
        "promote" promote
        "promote-staging" promote_staging
        "rollback" rollback
    }
    switches {
        "flags-list" list
        "config-snapshot" snapshot
        "force-basic" force_basic
        "force-degrade" force_degrade
        "stop-regenerate" stop_regenerate
        "stop-exports" stop_exports
        "stop-low-priority-exports" stop_low_priority_exports
        "cache-l2-first" cache_l2_first
        "limit-user-rpm" limit_user_rpm
    }
    exports {
        "scale-export-workers" scale
        "shrink-export-workers" shrink
        "restart-export-workers" restart
        "stuck-exports" stuck
        "requeue-exports" requeue
        "push-export" push
    }
    capacity {
        "scale-lookup-bff" scale_bff
        "scale-llm-adapter" scale_adapter
        "shrink-lookup-bff" shrink_bff
        "shrink-llm-adapter" shrink_adapter
        "scale-subscription-poller" scale_poller
        "restart-streaming-gateway" restart_streaming
        "restart-llm-adapter" restart_adapter
    }
    people {
        "pause-free" pause_free
        "early-degrade-drill" early_drill
        "raise-doubao-quota" raise_quota
        "warm-standby" warm_standby
    }
    logs {
        "export-logs" workers
        "gateway-logs" gateway
        "adapter-logs" adapter
    }
    circuit {
        "adapter-health" health
        "open-circuit" open
    }
    quota {
        "error-minutes" error_minutes
        "quota-mismatch" mismatch
        "quota-to-ledger" to_ledger
        "ledger-to-quota" from_ledger
        "flush-quota-cache" flush
    }
    audit {
        "export-acts" export
    }
    backups {
        "rerun-base-backup" base_backup
        "rerun-wal" wal
        "rerun-exports-dump" exports_dump
        "rerun-redis-dump" redis_dump
        "rerun-keys-export" keys_export
        "rerun-replication" replication
        "upload-results" results
    }
}
