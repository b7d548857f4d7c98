//! How long logs are kept: module's checks on rules of logrotate and on files as they lie there.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use jiff::Timestamp;
use quarterdeck::{
    actions::parse::parse,
    domain::{
        action::{step::StepKind, value::Values},
        logbook::Outcome,
    },
    pack::{ActionWorld, Facts, Pack},
};

/// What was read, and nothing else that is known.
#[derive(Default)]
struct Seen {
    params: Values,
    before: Values,
}

impl Facts for Seen {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

impl ActionWorld for Seen {
    fn params(&self) -> &Values {
        &self.params
    }

    fn before(&self) -> &Values {
        &self.before
    }
}

/// The runbook's rule for a log.
const RULE: &str = "/var/log/@LOG@/example.log {
    daily
    rotate 180
    compress
    delaycompress
    notifempty
    create 0644 app app
    postrotate
        systemctl reload app-example
    endscript
}
";

fn rule(log: &str, change: (&str, &str)) -> String {
    RULE.replace("@LOG@", log).replace(change.0, change.1)
}

/// What a check of the pack comes to with these rules and the files of this folder.
fn outcome(check: &str, rules: &str, folder: &Path) -> Outcome {
    fs::write(folder.join("app-example"), rules).unwrap();
    let ours = folder.display().to_string();
    let pack = Pack::embedded("module").unwrap().unwrap();
    let spec = pack.check(&check.into()).unwrap();
    let mut seen = Seen::default();
    for (name, written) in &spec.reads {
        let StepKind::Command { argv, .. } = &written.kind else {
            panic!("{written:?}");
        };
        let words = argv.iter().map(|word| word.whole().unwrap());
        let words: Vec<String> = words
            .map(|word| match word.as_str() {
                "/etc/logrotate.d/app-example" => format!("{ours}/app-example"),
                "/var/log/audit" => format!("{ours}/audit"),
                _ => word,
            })
            .collect();
        let mut command = Command::new(&words[0]);
        let output = command.args(&words[1..]).stdin(Stdio::null()).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{words:?}: {output:?}");
        let told = String::from_utf8(output.stdout).unwrap();
        let save = written.save.as_ref().unwrap();
        for (field, value) in parse(&save.parse, &told).unwrap() {
            seen.before.insert(format!("{name}.{field}"), value);
        }
    }
    pack.judge_check(spec, &seen, &seen).unwrap().outcome
}

// row: B15
#[test]
fn a_rule_that_keeps_less_than_180_days_is_red() {
    let folder = tempfile::tempdir().unwrap();
    for (change, wanted) in [
        (("", ""), Outcome::Passed),
        (("rotate 180", "rotate 179"), Outcome::Failed),
        (("rotate 180", "rotate 18"), Outcome::Failed),
        (("rotate 180", "# rotate 180"), Outcome::Failed),
        (("daily", "weekly"), Outcome::Failed),
        (("    compress\n", ""), Outcome::Failed),
        (("delaycompress", "nodelaycompress"), Outcome::Failed),
        (("notifempty", "ifempty"), Outcome::Failed),
        (("0644", "0600"), Outcome::Failed),
        (("reload", "restart"), Outcome::Failed),
        // What takes them away before their time, whatever `rotate` says.
        (("daily", "daily\n    maxage 180"), Outcome::Passed),
        (("daily", "daily\n    maxage 179"), Outcome::Failed),
        (("daily", "daily\n    maxage 30"), Outcome::Failed),
        (("daily", "daily\n    size 100M"), Outcome::Failed),
        (("daily", "daily\n    maxsize 1G"), Outcome::Failed),
    ] {
        // The rule of the audit log beside it is another's.
        let rules = rule("app", change) + &rule("audit", ("rotate 180", "rotate 90"));
        let found = outcome("log-rotation", &rules, folder.path());
        assert_eq!(found, wanted, "{change:?}");
    }
}

// row: B15
#[test]
fn an_audit_log_that_is_cut_short_is_red() {
    let folder = tempfile::tempdir().unwrap();
    let audit = folder.path().join("audit");
    fs::create_dir(&audit).unwrap();
    let oldest = audit.join("example.log.178.gz");
    fs::write(audit.join("example.log"), "permission changed\n").unwrap();
    fs::write(&oldest, "user signed in\n").unwrap();
    let aged = |days: u32| {
        let mut touch = Command::new("/usr/bin/touch");
        touch.args(["-d", &format!("{} hours ago", days * 24 + 1)]);
        assert!(touch.arg(&oldest).status().unwrap().success());
    };
    let found = |change: (&str, &str)| {
        let rules = rule("app", ("", "")) + &rule("audit", change);
        outcome("audit-retention", &rules, folder.path())
    };
    aged(178);
    assert_eq!(found(("", "")), Outcome::Passed);
    for change in [
        ("rotate 180", "rotate 90"),
        ("daily", "monthly"),
        ("daily", "daily\n    maxage 90"),
        ("daily", "daily\n    size 10M"),
    ] {
        assert_eq!(found(change), Outcome::Failed, "{change:?}");
    }
    // The rule keeps 180, and somebody took the older ones away; or they are empty.
    for days in [177, 90] {
        aged(days);
        assert_eq!(found(("", "")), Outcome::Failed, "{days}");
    }
    fs::write(&oldest, "").unwrap();
    aged(178);
    assert_eq!(found(("", "")), Outcome::Failed);
}
