//! A version is taken back: in a real repository with its remote, and in a real database.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use quarterdeck::domain::action::{
    preflight::Draft,
    refusal::Refusal,
    value::{Value, Values},
    verdict::Verdict,
};

use super::{here, restoring::Host, with};
use crate::harness::{Bed, Done, Project};

fn git(folder: &Path, args: &[&str]) -> String {
    let mut git = Command::new("/usr/bin/git");
    git.arg("-C").arg(folder).args(args).stdin(Stdio::null());
    let output = git.output().unwrap();
    assert!(output.status.success(), "{args:?}: {output:?}");
    let told = String::from_utf8(output.stdout).unwrap();
    told.trim().to_owned()
}

/// A repository with nothing in it yet, whose author is somebody.
fn begun(folder: &Path) {
    git(folder, &["init", "-q", "-b", "main"]);
    for (key, value) in [
        ("user.name", "li"),
        ("user.email", "li@example.com"),
        ("commit.gpgsign", "false"),
        ("tag.gpgsign", "false"),
    ] {
        git(folder, &["config", key, value]);
    }
}

/// A file of this text is committed, and the commit called so.
fn version(folder: &Path, tag: &str, file: &str, text: &str) {
    fs::write(folder.join(file), text).unwrap();
    git(folder, &["add", file]);
    git(folder, &["commit", "-q", "-m", tag]);
    git(folder, &["tag", tag]);
}

fn texts(params: &[(&str, &str)]) -> Values {
    let params = params.iter();
    params
        .map(|(name, value)| ((*name).to_owned(), Value::text(*value)))
        .collect()
}

/// The checkout of the team, with two versions that its remote has as well.
struct Team {
    project: Project,
    remote: tempfile::TempDir,
}

impl Team {
    fn new() -> Self {
        let project = Project::new(&Bed::shared(), "module", true, here, |all| all);
        let remote = tempfile::tempdir().unwrap();
        git(remote.path(), &["init", "-q", "--bare", "-b", "main"]);
        let team = Self { project, remote };
        let checkout = team.project.folder.path();
        begun(checkout);
        let remote = team.remote.path().display().to_string();
        git(checkout, &["remote", "add", "origin", &remote]);
        version(checkout, "v1.0.0", "app.txt", "one\n");
        version(checkout, "v1.0.1", "app.txt", "two\n");
        git(checkout, &["push", "-q", "origin", "main", "--tags"]);
        team
    }

    fn here(&self, args: &[&str]) -> String {
        git(self.project.folder.path(), args)
    }

    fn there(&self, args: &[&str]) -> String {
        git(self.remote.path(), args)
    }

    fn draft(&self, action: &str, params: &[(&str, &str)]) -> Draft {
        self.project
            .draft(&format!("module/{action}"), &texts(params))
    }

    async fn does(&self, draft: &Draft) -> Done {
        self.project.run(self.project.planned(draft).await).await
    }

    async fn refuses(&self, draft: &Draft) {
        let proposed = self.project.proposed(draft).await;
        let refused = matches!(proposed, Err(Refusal::Guard { .. }));
        assert!(refused, "{proposed:?}");
    }

    /// Somebody else pushes a commit, which this is.
    fn another(&self) -> String {
        let folder = tempfile::tempdir().unwrap();
        begun(folder.path());
        let remote = self.remote.path().display().to_string();
        git(folder.path(), &["pull", "-q", &remote, "main"]);
        version(folder.path(), "theirs", "other.txt", "theirs\n");
        git(folder.path(), &["push", "-q", &remote, "main"]);
        self.there(&["rev-parse", "main"])
    }
}

fn ended(done: &Done, verdict: Verdict) {
    let why = &done.outcome;
    assert_eq!(why.verdict, verdict, "{why:?}: {}", done.told);
}

// row: B10
#[tokio::test]
async fn a_revert_goes_out_alone_and_throws_nothing_away() {
    let team = Team::new();
    let bad = team.here(&["rev-parse", "HEAD"]);
    let draft = team.draft("rollback-revert", &[("commit", "v1.0.1")]);
    // What is not committed, and what nobody pushed yet.
    fs::write(team.project.at("app.txt"), "mine\n").unwrap();
    team.refuses(&draft).await;
    team.here(&["checkout", "-q", "--", "app.txt"]);
    ended(&team.does(&draft).await, Verdict::Verified);
    assert_eq!(team.project.text("app.txt"), "one\n");
    let head = team.here(&["rev-parse", "HEAD"]);
    assert_eq!(team.there(&["rev-parse", "main"]), head);
    assert_eq!(team.here(&["rev-parse", "HEAD^"]), bad);
    version(team.project.folder.path(), "v1.0.2", "app.txt", "three\n");
    team.refuses(&team.draft("rollback-revert", &[("commit", "v1.0.2")]))
        .await;
    assert_eq!(team.there(&["rev-parse", "main"]), head);
}

// row: B10
#[tokio::test]
async fn of_all_tags_the_new_one_alone_is_pushed() {
    let team = Team::new();
    let main = team.there(&["rev-parse", "main"]);
    team.here(&["tag", "of-nobody-else"]);
    let params = [("previous", "v1.0.0"), ("tag", "v1.0.1-rollback")];
    let draft = team.draft("rollback-tag", &params);
    ended(&team.does(&draft).await, Verdict::Verified);
    assert_eq!(team.project.text("app.txt"), "one\n");
    assert_eq!(
        team.there(&["tag", "--list"]),
        "v1.0.0\nv1.0.1\nv1.0.1-rollback"
    );
    let of = |name: &str| team.there(&["rev-parse", &format!("{name}^{{commit}}")]);
    assert_eq!(of("v1.0.1-rollback"), of("v1.0.0"));
    assert_eq!(team.there(&["rev-parse", "main"]), main, "no branch moves");
    // There is such a tag: it is not moved.
    ended(&team.does(&draft).await, Verdict::Failed);
}

// row: B10
#[tokio::test]
async fn a_reset_lists_what_it_throws_away_and_never_what_others_pushed_since() {
    let team = Team::new();
    let previous = team.here(&["rev-parse", "v1.0.0"]);
    let draft = team.draft("rollback-reset", &[("previous", "v1.0.0")]);
    let plan = team.project.planned(&draft).await;
    assert_eq!(plan.items.len(), 1, "{:?}", plan.items);
    assert!(plan.items[0].ends_with(" v1.0.1"), "{:?}", plan.items);
    let theirs = team.another();
    let done = team.project.run(plan).await;
    assert_ne!(done.outcome.verdict, Verdict::Verified, "{}", done.told);
    assert_eq!(team.there(&["rev-parse", "main"]), theirs);
    team.refuses(&draft).await;
    // Once that is here, it is listed, too.
    team.here(&["fetch", "-q", "origin"]);
    team.here(&["reset", "-q", "--hard", "origin/main"]);
    let plan = team.project.planned(&draft).await;
    assert_eq!(plan.items.len(), 2, "{:?}", plan.items);
    ended(&team.project.run(plan).await, Verdict::Verified);
    assert_eq!(team.there(&["rev-parse", "main"]), previous);
    assert_eq!(team.project.text("app.txt"), "one\n");
}

/// The down migration of a version, on a host whose service and folders are the test's.
fn down(host: &Host, version: &str) -> Draft {
    let params = texts(&[
        ("current", "v1.0.1"),
        ("version", version),
        ("table", "users"),
    ]);
    let draft = host.ours("module/rollback-database", &params);
    let systemctl = host.project.at("bin/show").display().to_string();
    with(draft, "/usr/bin/systemctl", &systemctl)
}

// row: B10, G11
#[tokio::test]
async fn a_down_migration_that_breaks_leaves_nothing_behind() {
    let host = Host::new("down");
    host.project
        .program("bin/show", "#!/bin/sh\ncat \"${0%/*}/../unit\"\n");
    let checkout = host.project.folder.path();
    begun(checkout);
    fs::create_dir(checkout.join("migrations")).unwrap();
    let breaks =
        "ALTER TABLE users ADD COLUMN one int;\nSELECT * FROM nowhere;\nDROP TABLE users;\n";
    version(checkout, "v1.0.0", "migrations/7_down.sql", breaks);
    let whole = "ALTER TABLE users ADD COLUMN one int;\nALTER TABLE users ADD COLUMN two int;\n";
    version(checkout, "v1.0.1", "migrations/8_down.sql", whole);
    // The service runs; then it is stopped, and nobody dumped the database.
    host.project.did("dump-before-rollback");
    let refused = host.project.proposed(&down(&host, "8")).await;
    assert!(matches!(refused, Err(Refusal::Guard { .. })), "{refused:?}");
    fs::write(host.project.at("unit"), "inactive\n").unwrap();
    let columns = || {
        host.database
            .ask("SELECT count(*) FROM information_schema.columns WHERE table_name = 'users'")
    };
    for (version, verdict, left) in [("7", Verdict::Failed, "1"), ("8", Verdict::Verified, "3")] {
        let plan = host.project.planned(&down(&host, version)).await;
        let done = host.project.run(plan).await;
        ended(&done, verdict);
        // It is the database that refuses the second statement.
        let refused = done.told.contains("nowhere");
        assert_eq!(refused, version == "7", "{}", done.told);
        assert_eq!(columns(), left, "{version}");
    }
}
