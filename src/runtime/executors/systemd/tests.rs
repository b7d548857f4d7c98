//! A small systemctl that keeps the state of its units in files.

use super::*;
use crate::{
    domain::action::{fact::drift, step::Template, verdict::Stream},
    runtime::executors::{
        Places, ProgramRules, Secrets,
        testing::{Bench, Scripts, look, planned},
    },
};

/// Keeps a unit's state in `<folder>/<unit>`, its start in `<unit>.at`; `slow` makes it hang.
const SYSTEMCTL: &str = r#"
cd "$(dirname "$0")" || exit 1
verb=$1
for unit in "$@"; do :; done
if [ "$verb" = show ]; then
  [ "$6" = "" ] && exit 1
  if [ ! -f "$unit" ]; then echo LoadState=not-found; echo ActiveState=inactive; exit 0; fi
  state=$(cat "$unit")
  echo LoadState=loaded; echo "FragmentPath=/etc/systemd/system/$unit.service"
  echo "ActiveState=${state%/*}"; echo "SubState=${state#*/}"
  echo "MainPID=7"; echo "ExecMainStartTimestamp=$(cat "$unit.at")"
  exit 0
fi
[ "$2" = --no-ask-password ] && [ "$3" = -- ] || exit 64
echo "$verb $unit" >> calls
[ -f slow ] && { echo waiting; exec sleep 600; }
[ -f broken ] && { echo "Job for $unit.service failed." >&2; exit 1; }
echo "$(wc -l < calls)" > "$unit.at"
case $verb in
  stop) echo inactive/dead > "$unit";;
  start|restart|reload) echo active/running > "$unit";;
esac
"#;

struct Machine {
    scripts: Scripts,
    systemd: Systemd,
}

impl Machine {
    fn new() -> Self {
        let scripts = Scripts::new();
        let systemctl = scripts.program("systemctl", SYSTEMCTL);
        let host = Host::new(
            Places::default(),
            ProgramRules::default(),
            Secrets::default(),
        );
        let machine = Self {
            systemd: Systemd::new(Arc::new(host), systemctl.into()),
            scripts,
        };
        machine.set("glancy-backend", "active/running");
        machine.set("glancy-backend.at", "Sat 2026-11-21 12:00:00 UTC");
        machine
    }

    fn set(&self, name: &str, text: &str) {
        std::fs::write(self.scripts.path(name), format!("{text}\n")).unwrap();
    }

    async fn look(&self, verb: UnitVerb, unit: &str) -> Preflighted {
        look(&self.systemd, &step(verb, unit)).await
    }

    async fn planned(&self, verb: UnitVerb) -> Bench {
        planned(&self.systemd, step(verb, "glancy-backend")).await
    }

    async fn run(&self, bench: &Bench) -> StepEnd {
        bench.run(&self.systemd).await
    }

    fn calls(&self) -> String {
        self.scripts.text("calls")
    }
}

fn step(verb: UnitVerb, unit: &str) -> Planned {
    Planned {
        kind: StepKind::Systemd {
            place: None,
            verb,
            unit: Template::plain(unit),
        },
        limit: None,
        save: None,
        again: None,
        batch: None,
    }
}

#[tokio::test]
async fn it_stops_and_its_undo_starts() {
    let machine = Machine::new();
    let looked = machine
        .look(UnitVerb::Stop, "glancy-backend")
        .await
        .unwrap();
    assert_eq!(looked.before["ActiveState"], Value::text("active"));
    assert_eq!(looked.undo, [step(UnitVerb::Start, "glancy-backend")]);
    assert_eq!(looked.changes[0].from.as_deref(), Some("active"));
    assert_eq!(looked.changes[0].to.as_deref(), Some("inactive"));
    assert_eq!(machine.calls(), "", "looking changes nothing");
    let bench = machine.planned(UnitVerb::Stop).await;
    let end = machine.run(&bench).await;
    assert!(
        matches!(&end, StepEnd::Done { said, .. } if said[1].value == Value::text("inactive")),
        "{end:?}"
    );
    let back = machine.planned(UnitVerb::Start).await;
    machine.run(&back).await;
    assert_eq!(
        machine.calls(),
        "stop glancy-backend\nstart glancy-backend\n"
    );
    assert_eq!(machine.scripts.text("glancy-backend"), "active/running\n");
}

#[tokio::test]
async fn a_unit_that_somebody_restarted_meanwhile_is_not_restarted_again() {
    let machine = Machine::new();
    let bench = machine.planned(UnitVerb::Restart).await;
    machine.set("glancy-backend.at", "Sat 2026-11-21 12:31:00 UTC");
    let now = Family::facts(&machine.systemd, &bench.plan.steps[0])
        .await
        .unwrap();
    let drifted = drift(&bench.plan.facts, &now).unwrap();
    assert_eq!(
        drifted.was.name,
        FactName::Field("ExecMainStartTimestamp".to_owned())
    );
    let end = machine.run(&bench).await;
    assert!(
        matches!(&end, StepEnd::Failed { why } if why.contains("12:31")),
        "{end:?}"
    );
    assert_eq!(machine.calls(), "");
}

#[tokio::test]
async fn a_unit_that_dies_again_and_again_can_be_restarted() {
    let machine = Machine::new();
    machine.set("glancy-backend", "activating/auto-restart");
    let bench = machine.planned(UnitVerb::Restart).await;
    machine.set("glancy-backend.at", "another time");
    let end = machine.run(&bench).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
}

#[tokio::test]
async fn units_that_are_none_or_not_there_are_refused() {
    let machine = Machine::new();
    for odd in ["*", "-H", "a b", "glancy$x", "", "../x"] {
        let refusal = machine.look(UnitVerb::Stop, odd).await.unwrap_err();
        assert!(
            matches!(refusal, Refusal::BadValue { .. }),
            "{odd}: {refusal:?}"
        );
    }
    let refusal = machine.look(UnitVerb::Stop, "absent").await.unwrap_err();
    assert_eq!(
        refusal,
        Refusal::NotFound {
            target: "unit/bastion/absent".to_owned()
        }
    );
    assert_eq!(machine.calls(), "");
}

#[tokio::test]
async fn a_failure_is_told_in_systemds_words() {
    let machine = Machine::new();
    let bench = machine.planned(UnitVerb::Restart).await;
    machine.set("broken", "");
    let end = machine.run(&bench).await;
    assert_eq!(
        end,
        StepEnd::Failed {
            why: "exit 1: Job for glancy-backend.service failed.".to_owned()
        }
    );
}

#[tokio::test]
async fn stopped_in_the_middle_it_says_what_became_of_the_unit() {
    let machine = Machine::new();
    let bench = machine.planned(UnitVerb::Stop).await;
    machine.set("slow", "");
    let stop = async {
        bench.until(Stream::Out, "waiting").await;
        bench.cancel.cancel();
    };
    let (end, ()) = futures::join!(machine.run(&bench), stop);
    assert!(
        matches!(&end, StepEnd::Cancelled { done: Some(done) } if done.contains("glancy-backend is active (running) now")),
        "{end:?}"
    );
}

#[tokio::test]
async fn late_is_unknown_and_says_what_the_unit_is() {
    let machine = Machine::new();
    let mut bench = machine.planned(UnitVerb::Restart).await;
    bench.plan.steps[0].limit = Some(1);
    machine.set("slow", "");
    let end = machine.run(&bench).await;
    assert!(
        matches!(&end, StepEnd::Unknown { why } if why.contains("is active (running) now")),
        "{end:?}"
    );
}

#[tokio::test]
async fn its_state_can_be_read() {
    let machine = Machine::new();
    let values = Family::read(&machine.systemd, &step(UnitVerb::Start, "glancy-backend"))
        .await
        .unwrap();
    assert_eq!(values["SubState"], Value::text("running"));
}
