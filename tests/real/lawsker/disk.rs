//! Room on the disk: logs, and what docker keeps and nothing uses.

use std::fs;

use quarterdeck::domain::action::{refusal::Refusal, value::Values, verdict::Verdict};

use super::{DOCKER, aged, here, played, text};
use crate::harness::{Bed, Project};

// row: D7
#[tokio::test]
async fn a_log_that_is_held_open_is_said_to_be_before_the_listed_go() {
    let project = Project::new(&Bed::shared(), "lawsker", true, here, |all| all);
    for folder in ["logs", "backend/logs", "nginx/logs", "backups"] {
        fs::create_dir_all(project.at(folder)).unwrap();
    }
    for (name, days) in [
        ("logs/old.log", 9),
        ("backend/logs/held.log", 9),
        ("nginx/logs/new.log", 2),
        ("logs/old.txt", 9),
    ] {
        fs::write(project.at(name), "x").unwrap();
        aged(&project.at(name), days);
    }
    project.did("backup");
    let held = fs::File::open(project.at("backend/logs/held.log")).unwrap();
    let params = Values::from([text("reason", "disk is full")]);
    let draft = project.draft("lawsker/delete-old-logs", &params);
    let plan = project.planned(&draft).await;
    let mut items = plan.items.clone();
    items.sort();
    assert_eq!(items, ["backend/logs/held.log", "logs/old.log"]);
    let done = project.run(plan).await;
    drop(held);
    assert_eq!(
        done.outcome.verdict,
        Verdict::Verified,
        "{:?}",
        done.outcome
    );
    let told = &done.told;
    let open = told.lines().find(|line| line.contains("held.log")).unwrap();
    assert!(
        open.contains(&std::process::id().to_string()),
        "it isn't said who holds it open: {told}"
    );
    for (name, stays) in [
        ("logs/old.log", false),
        ("backend/logs/held.log", false),
        ("logs/old.txt", true),
        ("nginx/logs/new.log", true),
    ] {
        assert_eq!(project.at(name).exists(), stays, "{name}");
    }
}

// row: D6, D7, G9
#[tokio::test]
async fn what_docker_lists_as_unused_goes_by_its_name_and_nothing_else_does() {
    for (action, file, listed, new) in [
        ("prune-system", "stopped", "old_job", "new_job"),
        ("prune-dangling", "dangling", "sha256:0a1b", "sha256:2c3d"),
        ("prune-images", "images", "web:0.9", "web:1.1"),
        ("prune-volumes", "volumes", "import_2025", "import_2026"),
    ] {
        let project = Project::new(&Bed::shared(), "lawsker", true, here, |all| all);
        let write = |names: &str| fs::write(project.at(file), names).unwrap();
        write(&format!("{listed}\n"));
        fs::create_dir(project.at("backups")).unwrap();
        let params = Values::from([text("reason", "disk is full")]);
        let draft = project.draft(&format!("lawsker/{action}"), &params);
        let draft = played(draft, &project, DOCKER);
        let no_backup = project.proposed(&draft).await;
        assert!(
            matches!(
                no_backup,
                Err(Refusal::Guard { .. } | Refusal::GuardUnknown { .. })
            ),
            "{action}: {no_backup:?}"
        );
        project.did("backup");
        fs::write(project.at("state/backend"), "backend1 exited\n").unwrap();
        let down = project.proposed(&draft).await;
        assert!(
            matches!(down, Err(Refusal::Guard { .. })),
            "{action}: the stack is down: {down:?}"
        );
        fs::write(project.at("state/backend"), "backend1 running\n").unwrap();
        let plan = project.planned(&draft).await;
        assert_eq!(plan.items, [listed], "{action}");
        let count = plan.count.clone().unwrap();
        assert_eq!((count.of.as_str(), count.number), ("items", 1), "{action}");
        let done = project.run(plan.clone()).await;
        assert_eq!(
            done.outcome.verdict,
            Verdict::Verified,
            "{action}: {}",
            done.told
        );
        assert_eq!(project.text(file), "", "{action}");
        // What came after it was agreed to was never agreed to.
        write(&format!("{listed}\n{new}\n"));
        let done = project.run(plan).await;
        assert_eq!(project.text(file), format!("{new}\n"), "{action}");
        assert_eq!(done.outcome.verdict, Verdict::Unverified, "{action}");
        write("");
        let nothing = project.proposed(&draft).await;
        assert!(
            matches!(nothing, Err(Refusal::NotFound { .. })),
            "{action}: {nothing:?}"
        );
    }
}

// row: D6, D7, G9
#[tokio::test]
async fn the_one_network_that_was_chosen_goes_and_none_that_a_container_is_on() {
    let project = Project::new(&Bed::shared(), "lawsker", true, here, |all| all);
    let has = |file: &str, text: &str| fs::write(project.at(file), text).unwrap();
    has("networks", "lawsker_default\nimport_2025\nimport_2026\n");
    fs::create_dir(project.at("on")).unwrap();
    has("on/lawsker_default", "nginx1 running\nold_job exited\n");
    has("on/import_2026", "old_job exited\n");
    fs::create_dir(project.at("backups")).unwrap();
    let draft = |network: &str| {
        let params = Values::from([text("reason", "disk is full"), text("network", network)]);
        let draft = project.draft("lawsker/prune-network", &params);
        played(draft, &project, DOCKER)
    };
    let no_backup = project.proposed(&draft("import_2025")).await;
    assert!(
        matches!(
            no_backup,
            Err(Refusal::Guard { .. } | Refusal::GuardUnknown { .. })
        ),
        "{no_backup:?}"
    );
    project.did("backup");
    has("state/redis", "redis1 exited\n");
    let down = project.proposed(&draft("import_2025")).await;
    assert!(matches!(down, Err(Refusal::Guard { .. })), "{down:?}");
    has("state/redis", "redis1 running\n");
    let none = project.proposed(&draft("import_20")).await;
    assert!(none.is_err(), "{none:?}");
    // `dangling=true` would list both of these: Docker does not look at who is on them.
    let in_use = project.proposed(&draft("lawsker_default")).await;
    assert!(in_use.is_err(), "{in_use:?}");
    let stopped = project.proposed(&draft("import_2026")).await;
    assert!(matches!(stopped, Err(Refusal::Guard { .. })), "{stopped:?}");
    let plan = project.planned(&draft("import_2025")).await;
    assert_eq!(plan.items, ["import_2025"]);
    let done = project.run(plan.clone()).await;
    done.ended(Verdict::Verified);
    assert_eq!(project.text("networks"), "lawsker_default\nimport_2026\n");
    assert_eq!(project.text("calls"), "rm networks import_2025\n");
    // Somebody is on it since it was agreed to: Docker is not even told to.
    has("networks", "lawsker_default\nimport_2025\n");
    has("on/import_2025", "new_job running\n");
    let done = project.run(plan).await;
    done.ended(Verdict::Aborted);
    assert_eq!(project.text("networks"), "lawsker_default\nimport_2025\n");
    assert_eq!(project.text("calls"), "rm networks import_2025\n");
}
