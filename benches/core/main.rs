//! The parts that decide how the whole feels, one by one: `cargo bench --bench core`.

mod desk;
mod large;
mod ledger;

use std::cell::Cell;

use divan::{Bencher, black_box};
use quarterdeck::{
    app::{command::Command, event::Event},
    domain::{
        observation::{Observation, Rows},
        settings::{ColourDepth, Glyphs},
        text::Lang,
        time::Moment,
    },
    i18n::Texts,
    keymap::Keymap,
    pack::Pack,
    sources::kubernetes::PodReader,
    theme::Themes,
    ui::{self, KeyNames, Paint},
};
use ratatui::{Terminal, backend::TestBackend};
use serde_json::json;

use self::desk::{PODS, Shared, answers, blank, busy, crowd, each, happened, now, types_on};

fn main() {
    divan::main();
}

mod update_pods {
    use super::{Bencher, Event, Observation, Rows, Shared, blank, busy, each, happened};

    #[divan::bench]
    fn first_list(bencher: Bencher<'_, '_>) {
        let pods = Shared::new().pods();
        bencher
            .with_inputs(|| {
                (
                    blank(160, 48),
                    vec![Observation::Pods(Rows::All(pods.clone()))],
                )
            })
            .bench_local_values(|(mut model, seen)| {
                happened(&mut model, Event::Observed(seen));
                model
            });
    }

    #[divan::bench]
    fn same_list_again(bencher: Bencher<'_, '_>) {
        let pods = Shared::new().pods();
        let mut model = each(160, 48);
        bencher
            .with_inputs(|| vec![Observation::Pods(Rows::All(pods.clone()))])
            .bench_local_values(|seen| happened(&mut model, Event::Observed(seen)));
    }

    #[divan::bench(args = ["rolled up", "each"])]
    fn ten_changed(bencher: Bencher<'_, '_>, shown: &str) {
        let shared = Shared::new();
        let mut model = if shown == "each" {
            each(160, 48)
        } else {
            busy(160, 48)
        };
        let mut turn = 0;
        bencher
            .with_inputs(|| {
                turn += 1;
                shared.frame(turn)
            })
            .bench_local_values(|seen| happened(&mut model, Event::Observed(seen)));
    }
}

mod record {
    use super::{Bencher, Shared, busy, happened};
    use quarterdeck::{
        app::{event::Event, frame::frame_of},
        recorder::Writer,
    };

    /// What the loop does of it.
    #[divan::bench]
    fn frame(bencher: Bencher<'_, '_>) {
        let model = busy(160, 48);
        bencher.bench_local(|| frame_of(&model));
    }

    /// What the thread beside it does, after a thousand pods changed.
    #[divan::bench]
    fn change(bencher: Bencher<'_, '_>) {
        let shared = Shared::new();
        let mut model = busy(160, 48);
        let mut writer = Writer::new();
        let mut turn = 0;
        bencher
            .with_inputs(|| {
                for _ in 0..100 {
                    turn += 1;
                    happened(&mut model, Event::Observed(shared.frame(turn)));
                }
                frame_of(&model)
            })
            .bench_local_values(|frame| writer.frame(&frame));
    }
}

mod pods_pane {
    use super::{Bencher, Command, Event, each, happened};

    #[divan::bench]
    fn sort(bencher: Bencher<'_, '_>) {
        let mut model = each(160, 48);
        bencher.bench_local(|| happened(&mut model, Event::Command(Command::Sort)));
    }

    #[divan::bench(args = ["sv1234", "status=Running !ser-1", "/-0[0-4]/"])]
    fn filter(bencher: Bencher<'_, '_>, text: &str) {
        let mut model = each(160, 48);
        bencher.bench_local(|| {
            happened(&mut model, Event::Command(Command::Filter));
            happened(&mut model, Event::Typed(text.to_owned()));
            happened(&mut model, Event::Command(Command::TextCancel));
        });
    }

    #[divan::bench]
    fn down(bencher: Bencher<'_, '_>) {
        let mut model = each(160, 48);
        happened(&mut model, Event::Command(Command::Bottom));
        bencher.bench_local(|| {
            happened(&mut model, Event::Command(Command::Up));
            happened(&mut model, Event::Command(Command::Down));
        });
    }
}

mod palette {
    use super::{Bencher, Command, Event, crowd, happened, types_on};

    /// Everything is ranked anew with each key: actions, commands, and all objects.
    #[divan::bench(args = [10_000, 50_000])]
    fn key(bencher: Bencher<'_, '_>, pods: usize) {
        types_on(bencher, crowd(160, 48, pods), "service-1");
    }

    #[divan::bench(args = [10_000, 50_000])]
    fn open(bencher: Bencher<'_, '_>, pods: usize) {
        let mut model = crowd(160, 48, pods);
        bencher.bench_local(|| {
            happened(&mut model, Event::Command(Command::Palette));
            happened(&mut model, Event::Command(Command::TextCancel));
        });
    }
}

mod numbers {
    use super::{Bencher, Event, Moment, answers, busy, happened, now};

    #[divan::bench]
    fn answered(bencher: Bencher<'_, '_>) {
        let mut model = busy(160, 48);
        let mut turn = 0;
        let shape = model.clone();
        bencher
            .with_inputs(|| {
                turn += 1;
                answers(&shape, turn)
            })
            .bench_local_values(|seen| happened(&mut model, Event::Observed(seen)));
    }

    /// Every fifth second all that depends on time is worked out again.
    #[divan::bench]
    fn tick(bencher: Bencher<'_, '_>) {
        let mut model = busy(160, 48);
        bencher.bench_local(|| {
            let mono = model.now.mono + std::time::Duration::from_secs(5);
            happened(&mut model, Event::Tick(Moment::new(now(), mono)));
        });
    }
}

mod start {
    use super::{ColourDepth, Keymap, Lang, Pack, Texts, Themes, black_box};

    #[divan::bench]
    fn pack_glancy() -> bool {
        matches!(Pack::embedded(black_box("glancy")), Some(Ok(_)))
    }

    #[divan::bench(args = [Lang::En, Lang::Zh])]
    fn texts(lang: Lang) -> Texts {
        Texts::new(lang)
    }

    #[divan::bench]
    fn theme() -> bool {
        Themes::default()
            .load(black_box("default"), ColourDepth::TrueColour)
            .is_ok()
    }

    #[divan::bench]
    fn keys() -> Keymap {
        Keymap::defaults()
    }
}

/// The default keys as they are drawn.
struct Keys(Keymap);

impl KeyNames for Keys {
    fn key(&self, command: Command) -> Option<String> {
        self.0.label(command, Glyphs::Unicode)
    }
}

#[divan::bench(args = [(80, 24), (160, 48), (200, 60)])]
fn draw(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    let model = each(size.0, size.1);
    let theme = Themes::default().fallback(ColourDepth::TrueColour);
    let (texts, keys) = (Texts::new(Lang::En), Keys(Keymap::defaults()));
    let paint = || Paint {
        asking: std::cell::Cell::default(),
        theme: &theme,
        texts: &texts,
        keys: &keys,
        scrolled: Cell::new(None),
    };
    let mut terminal =
        Terminal::new(TestBackend::new(size.0, size.1)).expect("no terminal is asked");
    bencher.bench_local(|| {
        let drawn = terminal.draw(|frame| ui::draw(frame, &model, &paint()));
        drawn.map(|frame| frame.count)
    });
}

/// A pod of two containers as the API server sends it, to a row.
#[divan::bench]
fn pod_from_json(bencher: Bencher<'_, '_>) {
    let text = pod().to_string();
    let mut reader = PodReader::default();
    bencher.bench_local(|| {
        reader
            .read(black_box(text.as_bytes()), now())
            .map(|row| row.restarts)
    });
}

fn pod() -> serde_json::Value {
    let env: Vec<_> = (0..14)
        .map(|number| json!({ "name": format!("SETTING_{number}"), "value": format!("the value of setting {number}") }))
        .collect();
    let container = |name: &str| {
        json!({
            "name": name, "image": format!("registry.example.org/{name}:1.4.2"), "env": env,
            "resources": { "limits": { "cpu": "500m", "memory": "256Mi" }, "requests": { "cpu": "50m", "memory": "128Mi" } },
            "livenessProbe": { "httpGet": { "path": "/livez", "port": "http" }, "periodSeconds": 10 },
        })
    };
    let status = |name: &str| {
        json!({ "name": name, "ready": true, "restartCount": 2, "started": true,
            "state": { "running": { "startedAt": "2026-11-21T05:00:00Z" } },
            "lastState": { "terminated": { "exitCode": 137, "reason": "OOMKilled", "finishedAt": "2026-11-21T04:59:50Z" } } })
    };
    let condition = |kind: &str| json!({ "type": kind, "status": "True", "lastTransitionTime": "2026-11-21T05:00:00Z" });
    json!({
        "metadata": {
            "name": "service-5d7f9c6b8-00001", "namespace": "prod", "uid": "00000001-0000-4000-8000-000000000000",
            "resourceVersion": "123456", "creationTimestamp": "2026-11-21T04:00:00Z",
            "labels": { "app": "service", "pod-template-hash": "5d7f9c6b8" },
            "ownerReferences": [{ "kind": "ReplicaSet", "name": "service-5d7f9c6b8", "controller": true }],
        },
        "spec": { "nodeName": "node-1", "containers": [container("server"), container("sidecar")] },
        "status": {
            "phase": "Running", "podIP": "10.0.0.7",
            "conditions": [condition("PodScheduled"), condition("Initialized"), condition("Ready")],
            "containerStatuses": [status("server"), status("sidecar")],
        },
    })
}

/// The list that a filter goes through has this many names.
const _: () = assert!(PODS == 10_000);
