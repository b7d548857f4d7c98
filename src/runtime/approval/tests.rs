use std::{fmt::Write as _, os::unix::fs::PermissionsExt as _, sync::Arc};

use super::*;
use crate::domain::time::Clock as _;
use crate::ledger::{
    SqliteLedger,
    testkit::{Hand, intent, plan},
};

/// Keys of some persons, and the list of signers.
struct Keys {
    folder: tempfile::TempDir,
}

impl Keys {
    fn of(names: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut list = String::new();
        for name in names {
            let file = folder.path().join(name).display().to_string();
            keygen(
                &["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", &file],
                Known::Nothing,
                "",
            )
            .unwrap();
            let public = fs::read_to_string(format!("{file}.pub")).unwrap();
            let _ = write!(list, "{name} namespaces=\"quarterdeck\" {public}");
        }
        let keys = Self { folder };
        fs::write(keys.list(), list).unwrap();
        keys
    }

    fn list(&self) -> PathBuf {
        self.folder.path().join("allowed_signers")
    }

    fn signers(&self) -> Signers {
        Signers::in_file(&self.list(), rustix::process::getuid().as_raw()).unwrap()
    }

    fn key(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

#[test]
fn a_signature_is_of_who_made_it_and_of_nothing_else() {
    let keys = Keys::of(&["li", "wang"]);
    let digest = plan("a", 1).digest();
    let at: Timestamp = "2026-11-21T06:32:05Z".parse().unwrap();
    let signed = sign(&digest, at, &keys.key("wang")).unwrap();
    let sent = Approval::parse(&signed.to_string()).unwrap();
    let signer = keys.signers().check(&sent).unwrap();
    assert_eq!(signer.principal, "wang");
    assert!(signer.key.starts_with("SHA256:"), "{signer:?}");
    let of_another_plan = Approval {
        plan: plan("b", 1).digest(),
        ..sent.clone()
    };
    assert!(keys.signers().check(&of_another_plan).is_err());
    let of_another_time = Approval {
        at: at + Duration::from_secs(1),
        ..sent.clone()
    };
    assert!(keys.signers().check(&of_another_time).is_err());
    let strangers = Keys::of(&["zhao"]);
    assert!(strangers.signers().check(&sent).is_err());
    assert!(sign(&digest, at, &keys.key("nobody")).is_err());
}

#[test]
fn a_list_that_others_may_write_is_refused_with_what_mends_it() {
    let keys = Keys::of(&["li"]);
    let me = rustix::process::getuid().as_raw();
    let error = Signers::in_file(&keys.list(), me + 1).unwrap_err();
    assert!(error.contains("chown root:root"), "{error}");
    fs::set_permissions(keys.list(), fs::Permissions::from_mode(0o664)).unwrap();
    let error = Signers::in_file(&keys.list(), me).unwrap_err();
    assert!(error.contains("chmod go-w"), "{error}");
}

#[test]
fn a_second_person_must_agree_before_and_only_for_this_run() {
    let keys = Keys::of(&["li", "wang"]);
    let signers = keys.signers();
    let clock = Hand::at("2026-11-21T06:32:05Z");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("quarterdeck/ledger.db");
    let ledger = SqliteLedger::open_for_writing(&file, Arc::clone(&clock) as _).unwrap();
    let mut two = plan("a", 1);
    two.persons = 2;
    let digest = two.digest();
    let ask = || enough(&ledger, &two, Some(&signers), clock.now().wall);
    let refused = |answer: Result<(), Refusal>| matches!(answer, Err(Refusal::Persons { .. }));
    let agree = |name: &str, key: &str| {
        let signed = sign(&digest, clock.now().wall, &keys.key(key)).unwrap();
        let entry = Entry::Approval {
            plan: digest.clone(),
            principal: name.to_owned(),
            key: String::new(),
            signature: signed.to_string(),
        };
        ledger.append(&actor(None), None, &entry).unwrap();
    };
    assert!(refused(ask()));
    assert!(refused(enough(&ledger, &two, None, clock.now().wall)));
    // The one who asks is no second one, whatever name is claimed.
    agree("wang", "li");
    assert!(refused(ask()));
    agree("wang", "wang");
    assert_eq!(ask(), Ok(()));
    clock.forward(Duration::from_secs(1));
    let mut entry = intent("a", 1);
    if let Entry::Intent(intent) = &mut entry {
        intent.plan = two.clone();
        intent.digest = digest.clone();
    }
    ledger
        .append(&actor(None), Some(&"r1".into()), &entry)
        .unwrap();
    assert!(refused(ask()));
    clock.forward(Duration::from_secs(1));
    agree("wang", "wang");
    assert_eq!(ask(), Ok(()));
    clock.forward(HOLDS + Duration::from_secs(60));
    assert!(refused(ask()));
}
