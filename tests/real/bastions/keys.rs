//! Keys that persons sign with, and the list of those whose signatures count.

use std::{fs, path::Path, process::Command};

use quarterdeck::domain::action::approval;

use super::stage::Stage;
use crate::harness::Person;

/// The key a person has for themselves.
const OWN: &str = "home/.ssh/id_ed25519";
/// One that nobody put on a list.
const OTHER: &str = "other";

/// Gives a person a new key in a file of theirs; its public half.
fn made(person: &Person, below: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    let mut command = Command::new("/usr/bin/ssh-keygen");
    command.args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"]);
    let output = command.arg(&file).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let read = |path: &Path| fs::read_to_string(path).unwrap();
    person.write(below, &read(&file));
    let public = read(&file.with_extension("pub"));
    person.write(&format!("{below}.pub"), &public);
    public
}

/// Each has a key, and the policy of both hosts lists them. The second has another one, which is on no list.
pub fn signers(stage: &Stage<'_>) {
    let persons = [&stage.li, &stage.wang];
    let list = persons.map(|person| {
        let public = made(person, OWN);
        format!("{} namespaces=\"quarterdeck\" {public}", person.name)
    });
    for person in persons {
        let file = person.etc("allowed_signers", &list.concat());
        person.policy(&format!(
            "unattended = \"T2\"\nallowed_signers = \"{file}\"\n"
        ));
    }
    made(&stage.wang, OTHER);
}

/// The file of the key that is on no list.
pub fn other(person: &Person) -> String {
    person.at(OTHER).display().to_string()
}

/// What a person signs for a plan by hand, as a prompt says it is done, with the key of this file.
pub async fn signed_by_hand(person: &Person, plan: &str, key: &str) -> String {
    let [plan, _, head, message, sign] = approval::by_hand(&plan.into());
    let sign = sign.replace("~/.ssh/id_ed25519", key);
    let told = person.shell(&[plan, head, message, sign].join("\n")).await;
    assert_eq!(told.code, Some(0), "{told:?}");
    told.out
}
