//! What a scenario says is to be seen where something is only looked at.

use crate::domain::action::{
    inspection::Inspection,
    value::{Value, Values},
};

/// What a scenario says is to be seen: one object of JSON. What it leaves out is not known.
pub(super) fn values(inspection: &Inspection, out: &[String]) -> Result<Values, String> {
    let said: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&out.concat())
        .map_err(|error| format!("no object of JSON: {error}"))?;
    let fields = inspection.fields();
    if let Some(odd) = said.keys().find(|key| !fields.contains(key)) {
        return Err(format!("it has no `{odd}`"));
    }
    let value = |field: &String| match said.get(field) {
        Some(serde_json::Value::Bool(value)) => Value::Bool(*value),
        Some(serde_json::Value::String(text)) => Value::text(text.as_str()),
        Some(serde_json::Value::Number(number)) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::Int(whole),
            (None, Some(number)) => Value::Float(number),
            (None, None) => Value::Absent,
        },
        _ => Value::Absent,
    };
    Ok(fields
        .iter()
        .map(|field| (field.clone(), value(field)))
        .collect())
}

/// What a unit or a service is, as systemd or compose tell it before something is done to it: lines `ActiveState=active`, or
/// what is seen of it where it is only looked at.
pub(super) fn state(out: &[String]) -> Values {
    let Ok(said) =
        serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&out.concat())
    else {
        let lines = out.iter().filter_map(|line| line.split_once('='));
        return lines
            .map(|(name, value)| (name.trim().to_owned(), Value::text(value.trim())))
            .collect();
    };
    let texts = said
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
    let named = |name| match name {
        "state" => ["state", "ActiveState"],
        "sub" => ["sub", "SubState"],
        other => [other, other],
    };
    texts
        .flat_map(|(name, text)| named(name).map(|name| (name.to_owned(), Value::text(text))))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use jiff::Timestamp;

    use crate::{
        actions::{
            draft::{self, Site},
            world::{Around, Watched},
        },
        domain::{
            action::{
                step::Saved,
                value::{Value, Values},
            },
            logbook::Outcome,
        },
        pack::{Facts, Pack},
        runtime::executors::{
            Executor, Executors, Families, Simulated, SimulatedAnswer, SimulatedPrograms,
        },
    };

    /// Nothing is watched.
    struct Nothing;

    impl Facts for Nothing {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }
    }

    impl Watched for Nothing {}

    /// Says one thing to one question.
    struct Says(&'static str, Option<(&'static str, i32)>);

    impl SimulatedPrograms for Says {
        fn answer(&self, words: &[String], _: bool) -> Option<SimulatedAnswer> {
            assert_eq!(words.join(" "), self.0, "it is asked for what is looked at");
            let (out, code) = self.1?;
            Some(SimulatedAnswer {
                out: vec![out.to_owned()],
                err: Vec::new(),
                follow: Vec::new(),
                code,
                takes: Duration::ZERO,
            })
        }
    }

    const PACK: &str = r#"
[pack]
id = "small"
title = "Small"
time_zone = "Asia/Shanghai"

[place.docker]
ssh = "ops@docker-1"
cwd = "/srv/app"
"#;

    /// What a check of this kind comes to where the scenario answers so.
    async fn outcome(
        check: &str,
        asked: &'static str,
        said: Option<(&'static str, i32)>,
    ) -> (Outcome, Option<String>) {
        let routine = format!("[check.it]\n{check}\n");
        let pack = Pack::parse(&[("pack.toml", PACK), ("routine.toml", &routine)])
            .unwrap_or_else(|errors| panic!("{errors}"));
        let simulated: Arc<dyn Executor> = Arc::new(Simulated::new(Arc::new(Says(asked, said))));
        let executors = Executors::of_demo(Families {
            inspections: Some(simulated),
            ..Families::default()
        });
        let check = &pack.checks()[0];
        let site = Site {
            namespace: None,
            env: None,
        };
        let draft = draft::reading(check, &pack.id, site).expect("nothing is left to fill");
        let (before, why) = match executors.preflight(&draft).await {
            Ok(looked) => (looked.before, None),
            Err(refusal) => (Values::new(), Some(format!("{refusal:?}"))),
        };
        let (nothing, saved) = (Values::new(), Saved::default());
        let world = Around {
            watched: &Nothing,
            env: None,
            target: None,
            params: &nothing,
            before: &before,
            saved: &saved,
        };
        let found = pack.judge_check(check, &Nothing, &world);
        (found.expect("nobody is asked").outcome, why)
    }

    #[test]
    fn a_unit_is_told_as_lines_or_as_what_is_seen_of_it() {
        let told = |line: &str| super::state(&[line.to_owned()]);
        let state = |values: &Values| values.get("ActiveState").cloned();
        let lines = super::state(&[
            "LoadState=loaded".to_owned(),
            "ActiveState=failed".to_owned(),
        ]);
        assert_eq!(state(&lines), Some(Value::text("failed")));
        let seen = told(r#"{"active": true, "state": "active", "sub": "running"}"#);
        assert_eq!(state(&seen), Some(Value::text("active")));
        assert_eq!(seen.get("SubState").cloned(), Some(Value::text("running")));
        assert_eq!(state(&told("nothing is known")), None);
    }

    // row: G9, A6
    #[tokio::test]
    async fn each_kind_is_good_or_red_as_the_scenario_says_and_else_unknown() {
        let cases = [
            (
                "read.cert = { tls = { host = \"a.example\" } }\nexpect = \"before.cert.days > 14.0\"",
                "tls a.example:443",
                r#"{"days": 30.5, "not_after": "2026-12-01T00:00:00Z"}"#,
                r#"{"days": 14}"#,
            ),
            (
                "read.cert = { tls = { file = \"ssl/a.crt\", place = \"docker\" } }\nexpect = \"before.cert.days > 14.0\"",
                "tls docker ssl/a.crt",
                r#"{"days": 15}"#,
                r#"{"days": -2}"#,
            ),
            (
                "read.host = { host = { place = \"docker\", disk = [\"/\", \"/data\"] } }\nexpect = \"before.host.cpu < 0.8 && before.host.disk_data < 0.9\"",
                "host docker",
                r#"{"cpu": 0.2, "disk_data": 0.5}"#,
                r#"{"cpu": 0.2, "disk_data": 0.9}"#,
            ),
            (
                "read.dump = { objects = { url = \"s3://backups/daily/\", date = \"%Y-%m-%d\" } }\nexpect = \"before.dump.count >= 1.0 && before.dump.size > 0.0\"",
                "objects s3://backups/daily/",
                r#"{"count": 1, "newest": 3600, "size": 7}"#,
                r#"{"count": 0}"#,
            ),
            (
                "read.level = { config = { place = \"docker\", files = [\"config/prod.yaml\"], key = \"LOG_LEVEL\", env_of = { service = \"api\" } } }\nexpect = \"before.level.value == 'INFO'\"",
                "config docker LOG_LEVEL",
                r#"{"value": "INFO", "source": "config/prod.yaml", "set": true}"#,
                r#"{"value": "DEBUG", "source": "environment", "set": true}"#,
            ),
            (
                "read.app = { systemd = { unit = \"app-example\" } }\nexpect = \"before.app.active && before.app.since > 60.0\"",
                "systemd show app-example",
                r#"{"active": true, "state": "active", "since": 61}"#,
                r#"{"active": false, "state": "failed", "since": 61}"#,
            ),
            (
                "read.api = { compose = { place = \"docker\", service = \"backend\" } }\nexpect = \"before.api.running && before.api.health == 'healthy'\"",
                "compose docker show backend",
                r#"{"running": true, "health": "healthy", "containers": 2}"#,
                r#"{"running": true, "health": "unhealthy"}"#,
            ),
        ];
        for (check, asked, good, red) in cases {
            let (found, _) = outcome(check, asked, Some((good, 0))).await;
            assert_eq!(found, Outcome::Passed, "{check}");
            let (found, _) = outcome(check, asked, Some((red, 0))).await;
            assert_eq!(found, Outcome::Failed, "{check}");
            for (said, told) in [
                (None, "NotSimulated"),
                (Some(("no route to host", 1)), "no route to host"),
                (Some(("twelve days", 0)), "no object of JSON"),
                (Some((r#"{"dayz": 30}"#, 0)), "dayz"),
            ] {
                let (found, why) = outcome(check, asked, said).await;
                assert_eq!(found, Outcome::Unknown, "{check}: {said:?}");
                let why = why.expect("it is told why");
                assert!(why.contains(told), "{why}");
            }
            let (found, why) = outcome(check, asked, Some(("{}", 0))).await;
            assert_eq!(
                (found, why),
                (Outcome::Unknown, None),
                "{check}: what is left out"
            );
        }
    }
}
