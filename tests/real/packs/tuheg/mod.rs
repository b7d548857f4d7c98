//! Tuheg: a gateway, its ingress, a database that is not scaled.

mod database;
mod gateway;
mod looking;
mod traffic;

use std::sync::Arc;

use super::{bound::bound, programs::program, readings::Readings, stage::Stage};
use crate::harness::{Bed, Space, User};

const GOOD: [(&str, f64); 11] = [
    ("targets-down", 0.0),
    ("gateway-up", 1.0),
    ("error-share", 0.001),
    ("gateway-rate", 20.0),
    ("latency", 0.2),
    ("slower", 0.0),
    ("gateway-cpu", 0.3),
    ("gateway-memory", 0.3),
    ("memory-growth", 0.0),
    ("database-ready", 1.0),
    ("database-connections", 10.0),
];

/// The team's script: what it rolls back, it rolls back in the cluster.
const ROLLBACK: &str = r#"
[ "$*" = "backend-gateway production" ] || { echo "rollback.sh: what is $*?" >&2; exit 64; }
[ "$PWD" = @DIR@/srv ] || { echo "rollback.sh: not in $PWD" >&2; exit 65; }
@KUBECTL@ rollout undo deployment/backend-gateway
"#;

async fn stage(bed: &Bed) -> Stage<'_> {
    stage_with(bed, ROLLBACK, &[]).await
}

/// The same with another script, and with texts of the pack replaced.
async fn stage_with<'a>(bed: &'a Bed, script: &str, replaced: &[(&str, &str)]) -> Stage<'a> {
    let space = Space::new(bed, "tuheg").await;
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let kubectl = format!(
        "{} --kubeconfig {} -n {}",
        bed.place("KUBECTL"),
        bed.kubeconfig(User::Admin).display(),
        space.name
    );
    let rollback = script.replace("@KUBECTL@", &kubectl);
    program(folder.path(), "srv/deployment/rollback.sh", &rollback);
    let srv = folder.path().join("srv").to_str().unwrap().to_owned();
    let prometheus = bed.place("PROMETHEUS_URL").trim_start_matches("http://");
    let here = [("/srv/tuheg", &*srv), ("prometheus:9090", prometheus)];
    let pack = bound("tuheg", &[&here, replaced].concat());
    let readings = Readings::new(&GOOD).await;
    Stage::new(space, readings, folder, pack, None)
}

super::every_action! { "tuheg", never "scale-database" database::it_is_never_scaled;
    gateway {
        "restart-gateway" restart
        "restart-leaking" restart_leaking
        "rollback-gateway" rollback
        "scale-gateway" scale
    }
    traffic {
        "traffic-to-default" to_default
        "traffic-to-maintenance" to_maintenance
    }
    looking {
        "collect" collect
    }
    database {
        "database-connections" connections
    }
}
