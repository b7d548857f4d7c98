//! What psql is given, and what its words mean.

use std::time::Duration;

use super::*;
use crate::{
    domain::sql::statements,
    runtime::executors::{
        inside::InsideRan,
        sql::job::{Answer, Mode},
    },
};

fn job(sql: &str, mode: Mode) -> Job {
    let values = [("id".to_owned(), "a'b\\c\n; drop table x; --".to_owned())];
    Job {
        statements: statements(sql, ["id"]).unwrap(),
        values: values.into(),
        transaction: true,
        mode,
        limit: Duration::from_secs(5),
        most_rows: Some(3),
    }
}

fn marks() -> Marks {
    Marks {
        mark: "MARK".to_owned(),
        null: "NULL".to_owned(),
    }
}

fn ran(rc: i32, out: &str, err: &str) -> InsideRan {
    InsideRan {
        rc,
        out: out.as_bytes().to_vec(),
        err: err.as_bytes().to_vec(),
        cut: false,
    }
}

// row: G3
#[test]
fn a_value_never_stands_in_a_statement() {
    let script = script(
        &job(
            "update x set a = 1 where id = :id::text; select 1",
            Mode::Do,
        ),
        &marks(),
    );
    assert!(
        script.contains("\\set qd_id 'a''b\\\\c\\n; drop table x; --'\n"),
        "{script}"
    );
    assert!(script.contains("where id = :'qd_id'::text\n;"), "{script}");
    assert!(
        script.contains("(:qd_rows_0) > 3"),
        "only changed rows count: {script}"
    );
    assert!(
        script.ends_with("COMMIT;\n\\if :ERROR\n\\echo MARK error :LAST_ERROR_MESSAGE\n\\q\n\\endif\n\\echo MARK done\n\\q\n"),
        "{script}"
    );
}

#[test]
fn what_only_looks_is_rolled_back() {
    let tried = script(&job("update x set a = 1", Mode::Try), &marks());
    assert!(
        tried.contains("commit\nROLLBACK;\n\\if :ERROR")
            && tried.contains("lock_timeout")
            && !tried.contains("COMMIT;")
    );
    let read = script(&job("select 1", Mode::Read), &marks());
    assert!(read.contains("BEGIN READ ONLY;") && !read.contains("COMMIT;"));
}

#[test]
fn what_it_wrote_is_taken_apart() {
    let out = "MARK 0 2\nid,note\n\"a,b\",NULL\n\"x\"\"y\nz\",\nMARK 1 2\nMARK commit\nMARK done\n";
    let job = job("update x set a = 1; select 1", Mode::Do);
    let Came::Done(answers) = came(&ran(0, out, ""), &job, &marks()) else {
        panic!("it was done")
    };
    assert_eq!(
        answers[0],
        Answer {
            rows: Some(2),
            table: None
        }
    );
    let table = answers[1].table.as_ref().unwrap();
    assert_eq!(table.columns, ["id", "note"]);
    assert_eq!(table.rows[0], [Some("a,b".to_owned()), None]);
    assert_eq!(
        table.rows[1],
        [Some("x\"y\nz".to_owned()), Some(String::new())]
    );
    assert_eq!(job.changed(&answers), 2);
}

// row: G11
#[test]
fn how_it_ended_decides_what_is_left() {
    let two = job("update x set a = 1; select 1/0", Mode::Do);
    let error = "MARK 0 1\nMARK error division by zero\n";
    assert_eq!(
        came(&ran(0, error, "ERROR:  division by zero\n"), &two, &marks()),
        Came::Undone("statement 2 of 2: division by zero".to_owned())
    );
    let late = "MARK 0 1\nMARK 1 1\nMARK commit\nMARK error deferred\n";
    assert_eq!(
        came(&ran(0, late, ""), &two, &marks()),
        Came::Undone("deferred".to_owned())
    );
    let lost = "psql:<stdin>:19: server closed the connection unexpectedly\n";
    assert!(matches!(
        came(
            &ran(2, "MARK 0 1\nMARK 1 1\nMARK commit\n", lost),
            &two,
            &marks()
        ),
        Came::Unknown(_)
    ));
    assert!(matches!(
        came(&ran(2, "MARK 0 1\n", lost), &two, &marks()),
        Came::Undone(_)
    ));
    assert!(matches!(
        came(&ran(127, "", "no psql"), &two, &marks()),
        Came::Undone(_)
    ));
    assert!(matches!(
        came(&ran(0, "MARK 0 1\n", ""), &two, &marks()),
        Came::Unknown(_)
    ));
    let many = came(
        &ran(0, "MARK 0 9\nMARK 1 1\nMARK many 9\n", ""),
        &two,
        &marks(),
    );
    assert!(matches!(many, Came::Undone(why) if why.contains("9 rows where 3")));
    let loose = Job {
        transaction: false,
        ..two
    };
    assert!(matches!(
        came(&ran(0, error, ""), &loose, &marks()),
        Came::Partly(_)
    ));
}

#[test]
fn the_way_into_a_container_that_ends_says_nothing_of_what_psql_did() {
    let service = Room::Service {
        place: "docker-host".to_owned(),
        service: "postgres".to_owned(),
    };
    let pod = Room::Pod {
        pod: "postgres-0".to_owned(),
        container: None,
    };
    let lost = ran(1, "", "error during connect: EOF\n");
    assert!(ended_around(&service, &lost, &marks()));
    assert!(!ended_around(&pod, &lost, &marks()));
    for own in [
        ran(0, "", ""),
        ran(2, "", "psql: error: connection refused\n"),
        ran(3, "MARK error no such table\n", ""),
    ] {
        assert!(!ended_around(&service, &own, &marks()), "{own:?}");
    }
}
