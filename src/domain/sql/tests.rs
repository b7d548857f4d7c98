//! SQL of packs, as it should be and as it must not.

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Result<Vec<Statement>, SqlFault> {
    statements(text, ["id", "ids", "limit"])
}

fn text(statement: &Statement) -> String {
    statement
        .pieces
        .iter()
        .map(|piece| match piece {
            SqlPiece::Text(text) => text.clone(),
            SqlPiece::Variable(name) => format!("<{name}>"),
        })
        .collect()
}

#[test]
fn statements_and_their_variables_are_found() {
    let read = read("update exports set status = 'pending;' where id = :'id'; -- :id; x\n select 1::int /* ; /* :no */ */ , :limit\n;\n").unwrap();
    let texts: Vec<String> = read.iter().map(text).collect();
    assert_eq!(texts.len(), 2);
    assert_eq!(
        texts[0],
        "update exports set status = 'pending;' where id = <id>"
    );
    assert!(
        texts[1].contains("1::int") && texts[1].contains("<limit>") && !texts[1].contains("no")
    );
    assert_eq!(read[0].verb(), "UPDATE");
    assert!(read[0].changes_rows() && !read[1].changes_rows());
}

#[test]
fn what_is_quoted_is_left_alone() {
    for quoted in [
        "select ':id', 'it''s :id;'",
        "select \":id;\"",
        "select E'\\':id;'",
        "select $$:id;$$, $x$ $$ :id $x$",
        "select a[1:2], '12:30'::time",
        "select $1",
    ] {
        let read = read(quoted).unwrap();
        assert_eq!(read.len(), 1, "{quoted}");
        assert_eq!(text(&read[0]), quoted);
        assert_eq!(read[0].variables().count(), 0, "{quoted}");
    }
}

#[test]
fn what_has_no_business_there_is_refused() {
    for (bad, fault) in [
        ("", SqlFault::Empty),
        (" ; -- x", SqlFault::Empty),
        ("select 'x", SqlFault::Unended),
        ("select /* x", SqlFault::Unended),
        ("select $a$ x", SqlFault::Unended),
        ("\\! rm -rf /", SqlFault::MetaCommand),
        ("select 1 \\gexec", SqlFault::MetaCommand),
        ("select :\"id\"", SqlFault::PsqlVariable),
        ("select :'id", SqlFault::PsqlVariable),
        ("select :'a b'", SqlFault::PsqlVariable),
        ("select :other", SqlFault::NoValue("other".to_owned())),
        (
            "update x set a = 1; commit; drop table x",
            SqlFault::Transaction("COMMIT".to_owned()),
        ),
        ("begin", SqlFault::Transaction("BEGIN".to_owned())),
        ("copy x from program 'id'", SqlFault::Copy),
        ("copy x from stdin", SqlFault::Copy),
    ] {
        assert_eq!(read(bad), Err(fault), "{bad}");
    }
}

#[test]
fn what_a_rollback_does_not_take_back_is_not_tried() {
    for (sql, tried) in [
        ("update x set a = 1", true),
        (
            "with d as (delete from x returning *) select count(*) from d",
            true,
        ),
        (
            "select pg_terminate_backend(pid) from pg_stat_activity",
            false,
        ),
        ("select pg_terminate_backend (7)", false),
        ("select count(*) from pg_stat_activity", true),
        ("select 'pg_terminate_backend('", true),
        ("insert into x values (nextval('s'))", false),
        ("select dblink_exec('x')", false),
        ("vacuum full x", false),
        ("reindex index i", false),
        ("truncate x", false),
    ] {
        assert_eq!(read(sql).unwrap()[0].can_be_tried(), tried, "{sql}");
    }
    assert!(read("select pg_terminate_backend(7)").unwrap()[0].acts());
    assert!(!read("select pg_is_in_recovery(), count(*) from x").unwrap()[0].acts());
    assert!(
        read("with d as (delete from x returning *) select 1 from d").unwrap()[0].changes_rows()
    );
}

proptest! {
    #[test]
    fn no_text_makes_it_fall_over(sql in any::<String>(), noise in "[:;'\"$\\-/*a-z \\\\\n]{0,40}") {
        let _ = read(&sql);
        let _ = read(&noise);
    }

    #[test]
    fn nothing_is_lost_of_what_is_read(sql in "[a-z0-9 ,.()=:']{1,60}") {
        if !sql.contains(":'") && let Ok(read) = read(&sql) {
            let again: String = read.iter().map(text).collect();
            let plain = |text: &str| text.replace([':', '<', '>'], "");
            prop_assert_eq!(plain(&again), plain(&sql));
        }
    }
}

#[test]
fn a_question_is_told_from_what_acts() {
    let acts = |text: &str| read(text).unwrap()[0].acts();
    for text in [
        "select count(*) from exports",
        "with a as (select 1) table a",
        "show server_version",
        "explain select 1",
    ] {
        assert!(!acts(text), "{text}");
    }
    for text in [
        "select pg_terminate_backend(7)",
        "do $$ begin perform pg_terminate_backend(7); end $$",
        "call refresh()",
        "set transaction read write",
        "vacuum exports",
    ] {
        assert!(acts(text), "{text}");
    }
}
