use std::{os::unix::fs::PermissionsExt as _, sync::Arc};

use super::{testkit::Keys, *};
use crate::domain::time::Clock as _;
use crate::ledger::{
    SqliteLedger,
    testkit::{Hand, actor, intent, plan},
};

#[test]
fn a_signature_is_of_who_made_it_and_of_nothing_else() {
    let keys = Keys::of(&["li", "wang"]);
    let digest = plan("a", 1).digest();
    let at: Timestamp = "2026-11-21T06:32:05Z".parse().unwrap();
    let signed = sign(&digest, at, &keys.key("wang")).unwrap();
    let sent = Approval::parse(&signed.to_string()).unwrap();
    let signer = keys.signers().check(&sent, "zhao").unwrap();
    assert_eq!(signer.principal, "wang");
    assert!(signer.key.starts_with("SHA256:"), "{signer:?}");
    let of_another_plan = Approval {
        plan: plan("b", 1).digest(),
        ..sent.clone()
    };
    assert!(keys.signers().check(&of_another_plan, "li").is_err());
    let of_another_time = Approval {
        at: at + Duration::from_secs(1),
        ..sent.clone()
    };
    assert!(keys.signers().check(&of_another_time, "li").is_err());
    let strangers = Keys::of(&["zhao"]);
    let why = strangers.signers().check(&sent, "zhao").unwrap_err();
    assert!(why.contains("nobody on the list"), "{why}");
    assert!(sign(&digest, at, &keys.key("nobody")).is_err());
}

#[test]
fn a_list_that_others_may_write_is_refused_with_what_mends_it() {
    let keys = Keys::of(&["li"]);
    let me = rustix::process::getuid().as_raw();
    let error = Signers::in_file(&keys.file(), me + 1).unwrap_err();
    assert!(error.contains("chown root:root"), "{error}");
    fs::set_permissions(keys.file(), fs::Permissions::from_mode(0o664)).unwrap();
    let error = Signers::in_file(&keys.file(), me).unwrap_err();
    assert!(error.contains("chmod go-w"), "{error}");
}

#[test]
fn a_second_person_must_agree_before_and_only_for_this_run() {
    let keys = Keys::of(&["li", "wang"]);
    let signers = keys.list();
    let clock = Hand::at("2026-11-21T06:32:05Z");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("quarterdeck/ledger.db");
    let ledger = SqliteLedger::open_for_writing(&file, Arc::clone(&clock) as _).unwrap();
    let mut two = plan("a", 1);
    two.persons = 2;
    let digest = two.digest();
    let ask_for = |run: Option<&RunId>| {
        Council {
            ledger: &ledger,
            signers: &signers,
            run,
            own_key: None,
            now: clock.now().wall,
        }
        .enough(&two)
    };
    let ask = || ask_for(None);
    let refused = |answer: Result<(), Refusal>| matches!(answer, Err(Refusal::Persons { .. }));
    let agree = |name: &str, key: &str| {
        let signed = sign(&digest, clock.now().wall, &keys.key(key)).unwrap();
        let entry = Entry::Approval {
            plan: digest.clone(),
            principal: name.to_owned(),
            key: String::new(),
            signature: signed.to_string(),
        };
        ledger.append(&actor("wang"), None, &entry).unwrap();
    };
    assert!(refused(ask()));
    let nobody = Council {
        ledger: &ledger,
        signers: &SignerList::of_policy(None),
        run: None,
        own_key: None,
        now: clock.now().wall,
    };
    assert!(refused(nobody.enough(&two)));
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
        .append(&actor("li"), Some(&"r1".into()), &entry)
        .unwrap();
    // The run itself uses nothing up; a second one needs a second agreement.
    assert_eq!(ask_for(Some(&"r1".into())), Ok(()));
    assert!(refused(ask()));
    clock.forward(Duration::from_secs(1));
    agree("wang", "wang");
    assert_eq!(ask(), Ok(()));
    clock.forward(HOLDS + Duration::from_secs(60));
    assert!(refused(ask()));
}

#[test]
fn a_signature_that_was_pasted_counts_or_says_why_not() {
    let keys = Keys::of(&["li", "wang"]);
    let signers = keys.list();
    let clock = Hand::at("2026-11-21T06:32:05Z");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("quarterdeck/ledger.db");
    let ledger = SqliteLedger::open_for_writing(&file, Arc::clone(&clock) as _).unwrap();
    let mut two = plan("a", 1);
    two.persons = 2;
    let at = clock.now().wall;
    let text = |plan: &Plan, key: &str| {
        let signed = sign(&plan.digest(), at, &keys.key(key)).unwrap();
        signed.to_string()
    };
    let paste = |text: &str, own_key: Option<&str>| {
        Council {
            ledger: &ledger,
            signers: &signers,
            run: None,
            own_key,
            now: clock.now().wall,
        }
        .signed(&two, text)
    };
    let why = |text: &str, own_key: Option<&str>| match paste(text, own_key) {
        Err(Refusal::NotSigned { because }) => because,
        other => panic!("{other:?}"),
    };
    let good = text(&two, "wang");
    let (_, signer) = paste(&good, None).unwrap();
    assert_eq!(signer.principal, "wang");
    // As a terminal gives a paste: lines end with a carriage return.
    assert!(paste(&good.replace('\n', "\r"), None).is_ok());
    assert_eq!(why("export-worker", None), Unsigned::Unreadable);
    assert_eq!(why(&text(&plan("a", 1), "wang"), None), Unsigned::OtherPlan);
    let who = "li".to_owned();
    assert_eq!(why(&text(&two, "li"), None), Unsigned::Same { who });
    // Whatever name it has: it is the key that who asks came in with.
    let who = "li".to_owned();
    assert_eq!(why(&good, Some(&signer.key)), Unsigned::Same { who });
    let edited = good.replacen("2026-11-21T06:32:05Z", "2026-11-21T06:32:06Z", 1);
    assert!(matches!(why(&edited, None), Unsigned::Stranger { .. }));
    // Whom policy strikes off counts no more.
    let list = fs::read_to_string(keys.file()).unwrap();
    let left: Vec<&str> = list
        .lines()
        .filter(|line| !line.starts_with("wang"))
        .collect();
    fs::write(keys.file(), left.join("\n") + "\n").unwrap();
    assert!(matches!(why(&good, None), Unsigned::Stranger { .. }));
    fs::write(keys.file(), list).unwrap();
    clock.forward(HOLDS + Duration::from_secs(1));
    assert_eq!(why(&good, None), Unsigned::Expired);
}

#[test]
fn the_same_person_is_no_second_one() {
    let plan = plan("a", 1);
    let signer = |principal: &str, key: &str| Signer {
        principal: principal.to_owned(),
        also: Vec::new(),
        key: key.to_owned(),
    };
    let count = |signers: &[Signer]| others(&plan, signers, Some("own")).len();
    assert_eq!(count(&[]), 0);
    assert_eq!(count(&[signer("li", "k1")]), 0);
    assert_eq!(count(&[signer("wang", "own")]), 0);
    assert_eq!(count(&[signer("wang", "k1"), signer("wang", "k2")]), 1);
    assert_eq!(count(&[signer("wang", "k1"), signer("zhao", "k1")]), 1);
    assert_eq!(count(&[signer("wang", "k1"), signer("zhao", "k2")]), 2);
}

#[test]
fn a_key_that_has_the_name_of_who_asks_among_others_is_theirs() {
    let keys = Keys::of(&["li", "wang"]);
    let list = fs::read_to_string(keys.file()).unwrap();
    let own = list.lines().find(|line| line.starts_with("li ")).unwrap();
    // The other name comes first.
    let twice = format!("{}\n{list}", own.replacen("li ", "deputy ", 1));
    fs::write(keys.file(), twice).unwrap();
    let clock = Hand::at("2026-11-21T06:32:05Z");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("quarterdeck/ledger.db");
    let ledger = SqliteLedger::open_for_writing(&file, Arc::clone(&clock) as _).unwrap();
    let two = Plan {
        persons: 2,
        ..plan("a", 1)
    };
    let council = Council {
        ledger: &ledger,
        signers: &keys.list(),
        run: None,
        own_key: None,
        now: clock.now().wall,
    };
    let signed = |name| keys.signed(&two, name, clock.now().wall);
    let refused = council.signed(&two, &signed("li")).unwrap_err();
    assert!(
        matches!(
            refused,
            Refusal::NotSigned {
                because: Unsigned::Same { .. }
            }
        ),
        "{refused:?}"
    );
    assert!(council.signed(&two, &signed("wang")).is_ok());
}
