//! The pack of after-sales on real servers: its workloads in the real API server, two PostgreSQL servers that follow one
//! another, a Redis behind a password. What runs in its pods runs on this machine and reaches those; of programs only `aws`,
//! `ossutil` and what a test says is played.

mod backups;
mod failover;
mod redis;
mod services;
mod stage;

use std::collections::BTreeSet;

use quarterdeck::pack::Pack;

/// The actions each test carries out. It ends by holding that each of them ended well (`Stage::ended_well`).
const TRIED: [(&str, &[&str]); 8] = [
    (
        "rollouts",
        &[
            "restart-backend",
            "restart-agent",
            "rollback-backend",
            "scale-backend",
        ],
    ),
    (
        "looks",
        &[
            "api-health",
            "database-answers",
            "postgres-ready",
            "redis-ping",
            "locate",
        ],
    ),
    (
        "maintenance",
        &[
            "db-connections",
            "slow-queries",
            "vacuum-analyze",
            "reindex-concurrently",
            "reindex",
        ],
    ),
    ("dump", &["manual-backup"]),
    ("drill", &["restore-drill"]),
    ("watch", &["backup-watch"]),
    (
        "redis",
        &["redis-persistence", "redis-bgsave", "redis-delete-pod"],
    ),
    ("failover", &["db-failover"]),
];

/// Every action of the pack is carried out by a test here, and every such test looks whether it ended well.
#[test]
fn every_action_of_the_pack_is_tried() {
    let pack = Pack::embedded("after-sales").unwrap().unwrap();
    let names: BTreeSet<&str> = pack.actions().iter().map(|it| it.id.parts().1).collect();
    let tried: BTreeSet<&str> = TRIED.iter().flat_map(|(_, all)| *all).copied().collect();
    assert_eq!(names, tried);
    let tests = [
        include_str!("backups.rs"),
        include_str!("failover.rs"),
        include_str!("redis.rs"),
        include_str!("services.rs"),
    ];
    for (test, _) in TRIED {
        let call = format!(".ended_well(\"{test}\").await");
        assert!(tests.iter().any(|text| text.contains(&call)), "{test}");
    }
}
