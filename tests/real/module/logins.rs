//! Why nobody gets into the database: a real server says it in three ways.

use std::{net::TcpListener, path::Path};

use quarterdeck::{
    domain::action::{
        place::PlaceSpec,
        step::StepKind,
        value::{Value, Values},
        verdict::Verdict,
    },
    pack::Pack,
};

use super::{here, with};
use crate::harness::{Bed, Database, Done, Project};

/// The pack's places, with another password than any the server knows.
fn places(folder: &Path, pack: &Pack) -> Vec<PlaceSpec> {
    let mut places = here(folder, pack);
    for place in &mut places {
        let password = ("PGPASSWORD".to_owned(), "another".to_owned());
        place.env.extend([password]);
    }
    places
}

/// Signs in at a port of this host.
async fn tried(project: &Project, port: &str, user: &str, database: &str) -> Done {
    let params = [
        ("host", "127.0.0.1"),
        ("user", user),
        ("database", database),
    ];
    let params = params.map(|(name, value)| (name.to_owned(), Value::text(value)));
    let mut draft = project.draft("module/database-login", &Values::from(params));
    for step in &mut draft.steps {
        if let StepKind::Command { secrets, .. } = &mut step.kind {
            secrets.clear();
        }
    }
    let psql = Path::new(Bed::shared().place("DEBIAN")).join("psql");
    let draft = with(draft, "/usr/bin/psql", &psql.display().to_string());
    let draft = with(draft, "5432", port);
    project.run(project.planned(&draft).await).await
}

// row: B6
#[tokio::test]
async fn a_shut_port_a_wrong_password_and_a_missing_database_read_differently() {
    let database = Database::on(&Bed::shared());
    let server = database.server();
    let (_, port) = server.rsplit_once(':').unwrap();
    let project = Project::new(&Bed::shared(), "module", true, places, |all| all);
    let well = tried(&project, port, "postgres", &database.name).await;
    assert_eq!(well.outcome.verdict, Verdict::Done, "{}", well.told);
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let shut = held.local_addr().unwrap().port().to_string();
    drop(held);
    let li = database.role("li");
    let cases = [
        (
            shut.as_str(),
            "postgres",
            database.name.as_str(),
            "Connection refused",
        ),
        (
            port,
            li.as_str(),
            database.name.as_str(),
            "password authentication failed",
        ),
        (
            port,
            "postgres",
            "nowhere",
            "database \"nowhere\" does not exist",
        ),
    ];
    for (port, user, name, says) in cases {
        let done = tried(&project, port, user, name).await;
        assert_eq!(done.outcome.verdict, Verdict::Failed, "{}", done.told);
        // What it says of this it says of no other.
        let told = cases.iter().filter(|(.., of)| done.told.contains(of));
        let told: Vec<&str> = told.map(|(.., of)| *of).collect();
        assert_eq!(told, [says], "{}", done.told);
    }
}
