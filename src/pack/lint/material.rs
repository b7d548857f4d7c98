//! What is looked through: scripts, statements, queries and data, each with its place.

use super::{
    data::Data,
    finding::{Finding, Sink},
    notation::Notation,
    place::{Place, Read},
    promql::Query,
    shell::{Call, Parsed, Pipeline, Through, program},
    sql::{Statement, statements},
};

/// Where a pack's desk looks, as far as rules ask.
#[derive(Debug, Clone, Default)]
pub struct Desk {
    pub context: Option<String>,
    pub namespaces: Vec<String>,
}

/// What a place in a script is called.
#[derive(Debug, Clone, PartialEq)]
pub enum Label {
    /// A line of a runbook: the script begins at this one.
    Line { of: String, first: usize },
    /// A key of a pack.
    Key(String),
}

/// A shell's script, or SQL.
#[derive(Debug, Clone)]
pub struct Script {
    pub read: Read,
    pub label: Label,
    /// What it is for, in whatever language.
    pub topic: String,
    /// Scripts of one procedure are done one after the other.
    pub procedure: String,
    pub parsed: Parsed,
    pub is_sql: bool,
    pub frame: Frame,
}

/// What a pack says around a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of the pack by itself"
)]
pub struct Frame {
    /// A condition must hold first.
    pub guarded: bool,
    /// That condition knows how many replicas there are.
    pub counted: bool,
    /// It ends by itself.
    pub temporary: bool,
    /// The cockpit takes a value out of the answer.
    pub parsed: bool,
}

impl Script {
    /// Whether it lists what the steps of its action take.
    pub fn is_preview(&self) -> bool {
        matches!(&self.label, Label::Key(key) if key.split('.').any(|part| part == "preview"))
    }

    /// What a place in it is called.
    pub fn at(&self, place: Place) -> String {
        match &self.label {
            Label::Key(key) => key.clone(),
            Label::Line { of, first } => {
                let offset = place.start.saturating_sub(self.read.first());
                let before = self.read.text.get(..offset).unwrap_or_default();
                format!("{of}:{}", first + before.matches('\n').count())
            }
        }
    }
}

/// Everything there is to look through.
#[derive(Debug, Default)]
pub struct Material {
    pub desk: Desk,
    pub notation: Notation,
    pub scripts: Vec<Script>,
    pub queries: Vec<Query>,
    pub data: Data,
    pub names: Vec<Named>,
}

/// What a pack names by a key outside of its steps: a host, a user, a database, a target.
#[derive(Debug)]
pub struct Named {
    pub key: String,
    pub read: Read,
    pub at: String,
}

/// One pipeline of a script, with the programs it runs.
#[derive(Debug)]
pub struct Step<'a> {
    pub script: &'a Script,
    pub pipeline: &'a Pipeline,
    /// For each command of the pipeline the programs it runs, the outermost first.
    pub commands: Vec<Vec<Call<'a>>>,
    /// Its place in the order of everything.
    pub order: usize,
}

impl<'a> Step<'a> {
    pub fn calls(&self) -> impl Iterator<Item = &Call<'a>> {
        self.commands.iter().flatten()
    }

    /// What each command runs in the end.
    pub fn ends(&self) -> impl Iterator<Item = (usize, &Call<'a>)> {
        let ends = self.commands.iter().enumerate();
        ends.filter_map(|(at, calls)| calls.last().map(|call| (at, call)))
    }

    /// The program whose output this command of the pipeline reads.
    pub fn before(&self, at: usize) -> Option<&Call<'a>> {
        self.commands.get(at.checked_sub(1)?)?.last()
    }

    /// The commands of the pipeline whose output comes to a program on its input, the nearest first.
    pub fn feeders(&self, call: &Call<'_>) -> impl Iterator<Item = &Call<'a>> {
        let own = |calls: &Vec<Call<'a>>| calls.iter().any(|it| std::ptr::eq(it, call));
        let at = self.commands.iter().position(own).unwrap_or(0);
        // What xargs feeds stands among the arguments.
        let before = if call.is_fed() { 0 } else { at };
        let before = self.commands[..before].iter().rev();
        before.filter_map(|calls| calls.last())
    }

    /// The program that reads the output of this command of the pipeline.
    pub fn after(&self, at: usize) -> Option<&Call<'a>> {
        self.commands.get(at + 1)?.last()
    }
}

/// What rules look at.
pub struct Context<'a> {
    pub material: &'a Material,
    pub sink: &'a Sink,
    pub steps: Vec<Step<'a>>,
    pub statements: Vec<Statement<'a>>,
}

impl<'a> Context<'a> {
    pub fn new(material: &'a Material, sink: &'a Sink) -> Self {
        let mut steps = Vec::new();
        let mut said = Vec::new();
        for script in &material.scripts {
            if script.is_sql {
                said.extend(statements(script, &script.read, steps.len()));
            }
            for pipeline in script.parsed.pipelines.iter().filter(|it| !it.elided) {
                let commands = pipeline.commands.iter().map(program::calls).collect();
                let order = steps.len();
                let step = Step {
                    script,
                    pipeline,
                    commands,
                    order,
                };
                for call in step.calls().filter(|call| call.program == "psql") {
                    let args = call.args(super::sql::PSQL);
                    for flag in args.flags.iter().filter(|it| is_command(&it.name)) {
                        let read = flag.word.read();
                        said.extend(statements(script, &read, order));
                    }
                }
                steps.push(step);
            }
        }
        Self {
            material,
            sink,
            steps,
            statements: said,
        }
    }

    pub fn find(
        &self,
        rule: &'static str,
        script: &Script,
        place: Place,
        subject: impl Into<String>,
    ) {
        self.sink.find(rule, place, script.at(place), subject);
    }

    /// As `find`, where what stands there may be a secret.
    pub fn find_secret(&self, rule: &'static str, script: &Script, place: Place, subject: &str) {
        self.sink.push(Finding {
            rule,
            place,
            at: script.at(place),
            subject: subject.to_owned(),
            with: None,
            secret: true,
        });
    }

    /// Every program that is run, with its step.
    pub fn calls(&self) -> impl Iterator<Item = (&Step<'a>, &Call<'a>)> {
        let steps = self.steps.iter();
        steps.flat_map(|step| step.calls().map(move |call| (step, call)))
    }

    /// The steps of a procedure, in their order.
    pub fn procedure(&self, of: &str) -> impl Iterator<Item = &Step<'a>> {
        let of = of.to_owned();
        let steps = self.steps.iter();
        steps.filter(move |step| step.script.procedure == of)
    }

    /// Whether anything here is run by docker.
    pub fn has_docker(&self) -> bool {
        let docker = |call: &Call<'_>| {
            let by_name = matches!(call.program, "docker" | "docker-compose" | "podman");
            let in_one = |it: &Through<'_>| matches!(it, Through::Service(_));
            by_name || call.through.iter().any(in_one)
        };
        self.calls().any(|(_, call)| docker(call))
    }
}

/// The flags of psql that carry SQL.
fn is_command(flag: &str) -> bool {
    matches!(flag, "-c" | "--command")
}
