//! What the service really runs with: its files, the environment of its process or container, its secrets over both.

use std::{
    collections::BTreeMap,
    fs,
    process::{Child, Command, Stdio},
};

use quarterdeck::{
    actions::draft::{self, Site},
    domain::action::{
        inspection::{Inspection, MASKED},
        preflight::Draft,
        refusal::Refusal,
        step::StepKind,
        value::{Value, Values},
    },
};

use super::here;
use crate::harness::{Bed, Project};

/// A unit that is the process of the file `main`.
const SYSTEMCTL: &str = r#"#!/bin/sh
cd @DIR@ || exit 1
case "$*" in
"show --no-pager -p "*" -- app-example") echo "LoadState=loaded"; echo "MainPID=$(cat main)" ;;
*) echo "systemctl: what is $*?" >&2; exit 64 ;;
esac
"#;

const CANARY: &str = "canary-91be-do-not-show";

/// The service, whose process ends with the test.
struct Host {
    project: Project,
    process: Child,
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _gone = self.process.wait();
    }
}

impl Host {
    fn new() -> Self {
        let project = Project::new(&Bed::shared(), "module", true, here, |all| all);
        let dir = project.folder.path().display().to_string();
        project.program("bin/systemctl", &SYSTEMCTL.replace("@DIR@", &dir));
        let mut sleep = Command::new("/usr/bin/sleep");
        sleep.arg("600").stdin(Stdio::null()).env_clear();
        let given = [("APP_ENV", "prod"), ("DATABASE_URL", CANARY)];
        let process = sleep.envs(BTreeMap::from(given)).spawn().unwrap();
        let host = Self { project, process };
        host.has("main", &host.process.id().to_string());
        host.has("config/defaults.yaml", "logging:\n  level: INFO");
        for name in ["prod", "dev"] {
            host.has(&format!("config/{name}.yaml"), "logging:\n  level: WARNING");
        }
        host
    }

    fn has(&self, file: &str, text: &str) {
        let path = self.project.at(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("{text}\n")).unwrap();
    }

    /// What a check of the pack reads, with its secrets in the folder of the test.
    fn reading(&self, check: &str) -> Draft {
        let pack = &self.project.pack;
        let check = pack.check(&check.into()).unwrap();
        let site = Site {
            namespace: None,
            env: pack.environment(),
        };
        let mut draft = draft::reading(check, &pack.id, site).unwrap();
        for (_, read) in &mut draft.reads {
            let StepKind::Inspect(Inspection::Config(config)) = &mut read.kind else {
                panic!("{read:?}");
            };
            assert!(!config.secrets.is_empty(), "{config:?}");
            for folder in &mut config.secrets {
                *folder = self
                    .project
                    .at(folder.trim_start_matches('/'))
                    .display()
                    .to_string();
            }
        }
        draft
    }

    async fn finds(&self, check: &str) -> Result<Values, Refusal> {
        let found = self.project.look(&self.reading(check)).await?;
        let shown = format!("{found:?}");
        assert!(!shown.contains(CANARY), "{shown}");
        Ok(found.before)
    }

    fn at(&self, file: &str) -> Value {
        Value::text(self.project.at(file).display().to_string())
    }
}

// row: B2
#[tokio::test]
async fn secrets_are_the_highest_layer_and_nobody_sees_them() {
    let host = Host::new();
    let found = host.finds("config").await.unwrap();
    assert_eq!(found["environment.value"], Value::text("prod"));
    assert_eq!(found["level.value"], Value::text("WARNING"));
    assert_eq!(found["level.source"], Value::text("config/prod.yaml"));
    assert_eq!(found["database.source"], Value::text("environment"));
    assert_eq!(found["key.set"], Value::Bool(false));
    // An empty one is none.
    let (key, url) = (
        "run/secrets/api_key",
        "run/credentials/app-example.service/DATABASE_URL",
    );
    host.has(key, "");
    assert_eq!(
        host.finds("config").await.unwrap()["key.set"],
        Value::Bool(false)
    );
    host.has(key, CANARY);
    host.has(url, CANARY);
    let found = host.finds("config").await.unwrap();
    for (name, file) in [("key", key), ("database", url)] {
        assert_eq!(found[&format!("{name}.set")], Value::Bool(true));
        assert_eq!(found[&format!("{name}.source")], host.at(file));
        assert_eq!(found[&format!("{name}.value")], Value::text(MASKED));
    }
    assert_eq!(found["environment.source"], Value::text("environment"));
    // Whether it is there nobody can tell.
    fs::remove_dir_all(host.project.at("run/secrets")).unwrap();
    host.has("run/secrets", "no folder");
    let refused = host.finds("config").await;
    assert!(
        matches!(refused, Err(Refusal::Unreadable { .. })),
        "{refused:?}"
    );
}

// row: B2
#[tokio::test]
async fn those_of_a_service_are_in_its_container() {
    let host = Host::new();
    host.has("services", "example");
    host.has("state/example", "example1 running");
    host.has("env/example1", "[\"APP_ENV=dev\"]");
    let found = host.finds("dev-config").await.unwrap();
    assert_eq!(found["environment.source"], Value::text("environment"));
    assert_eq!(found["level.source"], Value::text("config/dev.yaml"));
    host.has("run/secrets/log_level", CANARY);
    let found = host.finds("dev-config").await.unwrap();
    assert_eq!(found["level.source"], host.at("run/secrets/log_level"));
    assert_eq!(found["level.value"], Value::text(MASKED));
    let calls = host.project.text("calls");
    assert!(calls.contains("exec example cat -- "), "{calls}");
    host.has("state/example", "example1 exited");
    let refused = host.finds("dev-config").await;
    assert!(
        matches!(refused, Err(Refusal::Unreadable { .. })),
        "{refused:?}"
    );
}
