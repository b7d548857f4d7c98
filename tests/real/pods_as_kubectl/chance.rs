//! Pods in states that nobody thought of, the same ones each time.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::odd::{Odd, of};

/// Numbers that look like chance (`SplitMix64`).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).unwrap()
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn holds(&mut self) -> bool {
        self.below(2) == 1
    }

    fn container(&mut self, name: &str) -> Value {
        let code = [0, 0, 1, 137][self.below(4)];
        let signal = [0, 9][self.below(2)];
        let state = match self.below(4) {
            0 => json!({"running": {}}),
            1 => {
                json!({"waiting": {"reason": self.one(&["", "PodInitializing", "CrashLoopBackOff", "Completed"])}})
            }
            2 => json!({"terminated": {"exitCode": code, "signal": signal}}),
            _ => {
                json!({"terminated": {"exitCode": code, "reason": self.one(&["Completed", "Error", "OOMKilled"])}})
            }
        };
        let mut container = of(name, self.holds(), state);
        container["started"] = json!(self.holds());
        container["restartCount"] = json!(self.below(3));
        if self.holds() {
            // Years ago: the text of the time does not change while we compare.
            let day = self.below(28) + 1;
            container["lastState"] = json!({"terminated": {"exitCode": 1,
                "finishedAt": format!("2016-02-{day:02}T10:00:00Z")}});
        }
        container
    }
}

/// So many of them by name.
pub fn pods(count: u32) -> BTreeMap<String, Odd> {
    (0..count)
        .map(|number| (format!("chance-{number}"), pod(number)))
        .collect()
}

fn pod(number: u32) -> Odd {
    let mut chance = Chance(u64::from(number));
    let names = |stem: &str, count: usize| -> Vec<String> {
        (0..count).map(|it| format!("{stem}{it}")).collect()
    };
    let init = names("init", chance.below(3));
    let main = names("main", chance.below(3) + 1);
    let init_specs: Vec<Value> = init
        .iter()
        .map(|name| {
            let mut spec = json!({"name": name, "image": "main:1"});
            if chance.holds() {
                spec["restartPolicy"] = json!("Always");
            }
            spec
        })
        .collect();
    let main_specs: Vec<Value> = main
        .iter()
        .map(|name| json!({"name": name, "image": "main:1"}))
        .collect();
    let conditions: Vec<Value> = ["Initialized", "Ready", "PodScheduled"]
        .into_iter()
        .filter_map(|kind| {
            let status = chance.one(&["True", "False", ""]);
            let reason = chance.one(&["", "SchedulingGated", "Unschedulable"]);
            (!status.is_empty()).then(|| json!({"type": kind, "status": status, "reason": reason}))
        })
        .collect();
    let status = json!({
        "phase": chance.one(&["Pending", "Running", "Running", "Succeeded", "Failed", "Unknown"]),
        "reason": chance.one(&["", "", "", "Evicted", "NodeLost"]),
        "conditions": conditions,
        "initContainerStatuses": init.iter().map(|name| chance.container(name)).collect::<Vec<_>>(),
        "containerStatuses": main.iter().map(|name| chance.container(name)).collect::<Vec<_>>(),
    });
    Odd {
        spec: json!({"initContainers": init_specs, "containers": main_specs}),
        status,
        deleted: false,
    }
}
