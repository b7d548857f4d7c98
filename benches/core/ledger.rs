//! A ledger with a hundred thousand entries: twenty thousand runs of one step each.

use std::sync::{Arc, OnceLock};

use divan::Bencher;
use quarterdeck::{
    domain::{
        action::record::{ActorMark, Entry},
        id::RunId,
    },
    ledger::{Ledger as _, RunQuery, SqliteLedger},
    runtime::clock::SystemClock,
};
use serde_json::{Value, json};
use tempfile::TempDir;

pub const ENTRIES: usize = 100_000;
/// As many runs as the journal shows beside those that are open.
const PAGE: usize = 100;

struct Full {
    ledger: SqliteLedger,
    _folder: TempDir,
}

fn actor() -> ActorMark {
    ActorMark {
        principal: Some("li".to_owned()),
        uid: 1000,
        host: "bastion-1".to_owned(),
        ..ActorMark::default()
    }
}

fn entry(value: Value) -> Entry {
    serde_json::from_value(value).expect("it is an entry")
}

/// The entries of a run of one step, as a runner writes them.
fn run(number: usize) -> [Entry; 5] {
    let target = json!({ "of": "named", "name": format!("service-{}", number % 200) });
    let fact = json!({ "of": target, "name": "uid", "value": format!("u-{number}") });
    let plan = json!({
        "action": format!("glancy/action-{}", number % 40), "title": { "en": "Scale", "zh": "扩容" }, "tier": "T2",
        "pack": { "id": "glancy", "digest": "d" },
        "desk": { "pack": "glancy", "context": "prod", "namespaces": ["prod"], "cluster": "c", "demo": false },
        "principal": "li", "target": target, "params": { "replicas": 36 }, "facts": [fact], "before": { "replicas": 24 },
        "steps": [{ "kind": { "restart": { "target": target } } }],
        "guard": null, "verify": null, "helped": null, "undo": "none", "persons": 1, "count": null,
    });
    [
        json!({
            "kind": "intent", "plan": plan, "digest": format!("{number}"), "desk_args": [],
            "snapshot": { "exports-depth": 2413, "exports-oldest": 312 },
            "preflight": {
                "facts": [fact], "before": {}, "items": [], "owners": [], "count": null, "undo": [], "warnings": [],
                "changes": [{ "of": target, "field": "spec.replicas", "from": "24", "to": "36" }],
                "blast": { "pods": [], "pods_more": 12, "ready": 22, "desired": 24, "budgets": [], "quotas": [] },
            },
        }),
        json!({ "kind": "taken", "owner": { "host": "h", "boot": "b", "pid": 1, "started": 2 } }),
        json!({ "kind": "step-started", "step": 0 }),
        json!({ "kind": "step-ended", "step": 0, "end": { "end": "done", "said": [], "saved": {} } }),
        json!({ "kind": "outcome", "verdict": "verified", "why": null, "snapshot": { "exports-depth": 190 }, "done": [0] }),
    ]
    .map(entry)
}

fn full() -> &'static SqliteLedger {
    static FULL: OnceLock<Full> = OnceLock::new();
    let full = FULL.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(SystemClock::start());
        let path = folder.path().join("ledger.db");
        let ledger = SqliteLedger::open_for_writing(&path, clock).expect("a ledger");
        let who = actor();
        for number in 0..ENTRIES / 5 {
            let id = RunId::from(format!("r-{number:06}"));
            for entry in run(number) {
                ledger.append(&who, Some(&id), &entry).expect("it is kept");
            }
        }
        Full {
            ledger,
            _folder: folder,
        }
    });
    &full.ledger
}

/// One entry, durable: what a run waits for before it goes on.
#[divan::bench]
fn append(bencher: Bencher<'_, '_>) {
    let (ledger, who) = (full(), actor());
    let note = entry(json!({ "kind": "note", "text": "by hand", "action": null, "target": null }));
    bencher.bench_local(|| {
        ledger
            .append(&who, None, &note)
            .expect("it is kept")
            .sequence
    });
}

/// What a cockpit asks four times a second while a run goes on.
#[divan::bench]
fn version(bencher: Bencher<'_, '_>) {
    let ledger = full();
    bencher.bench_local(|| ledger.version().expect("it is read"));
}

#[divan::bench]
fn newest_page(bencher: Bencher<'_, '_>) {
    let ledger = full();
    let query = RunQuery {
        limit: Some(PAGE),
        ..RunQuery::default()
    };
    bencher.bench_local(|| ledger.runs(&query).expect("it is read").len());
}

#[divan::bench]
fn page_of_an_action(bencher: Bencher<'_, '_>) {
    let ledger = full();
    let query = RunQuery {
        action: Some("glancy/action-7".into()),
        limit: Some(PAGE),
        ..RunQuery::default()
    };
    bencher.bench_local(|| ledger.runs(&query).expect("it is read").len());
}

/// What a launch asks: is there another run in the way.
#[divan::bench]
fn in_the_way(bencher: Bencher<'_, '_>) {
    let ledger = full();
    let query = RunQuery {
        target: Some("service-7".to_owned()),
        blocking: true,
        ..RunQuery::default()
    };
    bencher.bench_local(|| ledger.runs(&query).expect("it is read").len());
}

#[divan::bench]
fn one_run(bencher: Bencher<'_, '_>) {
    let ledger = full();
    let id = RunId::from("r-010000");
    bencher.bench_local(|| ledger.run(&id).expect("it is read").is_some());
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn verify(bencher: Bencher<'_, '_>) {
    let ledger = full();
    bencher.bench_local(|| ledger.verify(&[]).expect("it is read").faults.len());
}
