//! A step as a person reads it while the run goes on.

use super::bed;
use crate::{
    actions::run::{Filling, fill, told},
    domain::{
        action::{
            step::{Hole, Piece, Saved, StepKind, Template},
            value::Value,
        },
        id::RunId,
    },
};

fn of(hole: Hole) -> Template {
    Template {
        pieces: vec![Piece::Hole(hole)],
    }
}

/// A log of a thousand lines stands with the step that read it, and the paths that are deleted with their preview.
#[test]
fn what_fills_pages_is_read_as_the_pack_writes_it() {
    let saved = Hole::Saved {
        step: "log".to_owned(),
        field: "text".to_owned(),
    };
    let kind = StepKind::Command {
        place: None,
        argv: vec![Template::plain("/usr/bin/rm"), of(Hole::Preview)],
        stdin: Some(of(saved)),
        stdout: None,
        secrets: Vec::new(),
        bounded: false,
        follow: None,
    };
    let step = bed::step(kind);
    let mut plan = bed::plan(vec![step.clone()]);
    plan.items = ["a", "b", "c", "d"].map(str::to_owned).into();
    let run = RunId::from("run-1");
    let mut texts = Saved::new();
    let mut told_with = |text: &str| {
        let text = [("text".to_owned(), Value::text(text))];
        texts.insert("log".to_owned(), text.into());
        let told = told(&step, Filling::new(&run, &plan, &texts));
        let StepKind::Command { argv, stdin, .. } = told.kind else {
            panic!("it stays what it is");
        };
        let argv: Vec<String> = argv.iter().map(ToString::to_string).collect();
        (argv.join(" "), stdin.map(|it| it.to_string()))
    };
    let (argv, stdin) = told_with("one\ntwo\n");
    assert_eq!(argv, "/usr/bin/rm a b c … (4)");
    assert_eq!(stdin.as_deref(), Some("$saved.log.text"));
    assert_eq!(told_with("one").1.as_deref(), Some("one"));
    assert_eq!(
        told_with(&"x".repeat(201)).1.as_deref(),
        Some("$saved.log.text")
    );
    // What is done has all of it.
    let text = [("text".to_owned(), Value::text("one\ntwo\n"))];
    let texts: Saved = [("log".to_owned(), text.into())].into();
    let done = fill(&step, Filling::new(&run, &plan, &texts)).expect("all is known");
    let StepKind::Command { argv, stdin, .. } = done.kind else {
        panic!("it stays what it is");
    };
    assert_eq!(argv.len(), 5);
    assert_eq!(
        stdin.and_then(|it| it.whole()).as_deref(),
        Some("one\ntwo\n")
    );
}
