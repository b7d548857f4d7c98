//! Secrets as the highest layer of a configuration: that they are there is told, and where, never what they say.

use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::domain::action::inspection::MASKED;

const CANARY: &str = "canary-7c1d-do-not-show";

impl Machine {
    fn folder(&self, name: &str) -> String {
        self.scripts.path(name).to_string_lossy().into_owned()
    }

    /// A setting whose secrets may lie in these folders.
    fn secretly(&self, of: Option<EnvOf>, folders: &[&str]) -> Inspection {
        let Inspection::Config(config) = config("log.level", &["prod.yaml"], of) else {
            unreachable!("it is one");
        };
        Inspection::Config(Config {
            // Where there is no variable the file has the name of the key.
            key: if config.env.is_some() {
                config.key
            } else {
                "LOG_LEVEL".to_owned()
            },
            secrets: folders.iter().map(|name| self.folder(name)).collect(),
            ..config
        })
    }

    async fn source(&self, inspection: Inspection) -> (Value, String) {
        let values = self.look(inspection).await.unwrap();
        assert!(!format!("{values:?}").contains(CANARY), "{values:?}");
        assert_eq!(values["set"], Value::Bool(true));
        let source = values["source"].to_string();
        let folder = self.folder("");
        let source = source.strip_prefix(&folder).unwrap_or(&source);
        (values["value"].clone(), source.to_owned())
    }
}

/// What each layer comes to, whoever reads it.
async fn layers(machine: &Machine, of: impl Fn() -> Option<EnvOf>) {
    machine.set("prod.yaml", "log:\n  level: WARNING\nLOG_LEVEL: WARNING\n");
    let both = || machine.secretly(of(), &["credentials", "secrets"]);
    let text = |text: &str| Value::text(text);
    // A folder that is not there is no layer, nor is a file that says nothing.
    let below = machine.source(machine.secretly(of(), &[])).await;
    assert_ne!(below.0, text(MASKED));
    assert_eq!(machine.source(both()).await, below);
    machine.set("secrets/LOG_LEVEL", " \n");
    machine.set("secrets/OTHER", CANARY);
    assert_eq!(machine.source(both()).await, below);
    // In lower case, then as it is called; the later folder wins.
    for file in [
        "credentials/log_level",
        "credentials/LOG_LEVEL",
        "secrets/log_level",
    ] {
        machine.set(file, &format!("{CANARY}\n"));
        assert_eq!(
            machine.source(both()).await,
            (text(MASKED), file.to_owned())
        );
    }
    // What can't be read may say anything.
    fs::remove_dir_all(machine.scripts.path("secrets")).unwrap();
    machine.set("secrets", "no folder");
    let why = machine.why(both()).await;
    assert!(
        why.contains("secrets/LOG_LEVEL") && why.contains("ot a directory"),
        "{why}"
    );
    assert!(!why.contains(CANARY), "{why}");
}

// row: B2
#[tokio::test]
async fn secrets_win_over_the_environment_and_the_files_and_are_never_shown() {
    let machine = Machine::new();
    layers(&machine, || None).await;
    assert_eq!(
        machine.source(machine.secretly(None, &[])).await.1,
        "prod.yaml"
    );
}

// row: B2, G10
#[tokio::test]
async fn they_are_read_by_the_user_of_the_place() {
    layers(&Machine::of_another(), || None).await;
}

// row: B2
#[tokio::test]
async fn those_of_a_service_are_read_in_its_container() {
    let machine = Machine::new();
    machine.set("backend", "{\"ID\":\"a1\",\"State\":\"running\"}\n");
    machine.set("env-a1", "[\"LOG_LEVEL=DEBUG\"]\n");
    let of = || Some(EnvOf::Service("backend".to_owned()));
    layers(&machine, of).await;
    fs::remove_file(machine.scripts.path("secrets")).unwrap();
    let one = || machine.secretly(of(), &["secrets"]);
    let below = (Value::text("DEBUG"), "environment".to_owned());
    assert_eq!(machine.source(one()).await, below);
    machine.set("no-programs", "");
    let why = machine.why(one()).await;
    assert!(why.contains("executable file not found"), "{why}");
    machine.set("backend", "{\"ID\":\"a1\",\"State\":\"exited\"}\n");
    assert!(machine.why(one()).await.contains("does not run"));
}

// row: B2
#[tokio::test]
async fn a_folder_that_may_not_be_read_leaves_it_unknown() {
    if rustix::process::geteuid().is_root() {
        // Root may read everything, so somebody else is played: whoever reads for the place is refused.
        let machine = Machine::of_another();
        machine.scripts.program(
            "sudo",
            "echo \"/usr/bin/cat: secrets/LOG_LEVEL: Permission denied\" >&2; exit 1",
        );
        let why = machine.why(machine.secretly(None, &["secrets"])).await;
        assert!(why.contains("Permission denied"), "{why}");
        return;
    }
    let machine = Machine::new();
    machine.set("prod.yaml", "log:\n  level: WARNING\n");
    machine.set("secrets/LOG_LEVEL", CANARY);
    let folder = machine.scripts.path("secrets");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o000)).unwrap();
    let why = machine.why(machine.secretly(None, &["secrets"])).await;
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    assert!(why.contains("ermission denied"), "{why}");
}
