//! A runbook's own commands and numbers as they stand there, in TOML, with the line of each.

use serde::Deserialize;
use toml::Spanned;

use super::{
    Finding, cron,
    data::{Grade, Limit, Person, Role, Schedule, Setting, Span, SpanKind, Trigger},
    look,
    material::{Desk, Frame, Label, Material, Script},
    notation::Notation,
    place::{Place, Read},
    promql::Query,
    shell,
};

/// What must be found, by the id of the mistake.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    pub id: String,
    pub rule: String,
    /// The lines of the runbook, `AS:47`.
    pub at: Vec<String>,
}

/// A runbook's commands and numbers, read.
#[derive(Debug)]
pub struct Runbook {
    pub id: String,
    pub expected: Vec<Expected>,
    material: Material,
}

impl Runbook {
    /// Reads one; the text says what is wrong with the file.
    pub fn read(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        let id = file.runbook.id.clone();
        let expected = file.expect.clone();
        let material = Reader { text, of: &id }.material(file)?;
        Ok(Self {
            id,
            expected,
            material,
        })
    }

    /// What is wrong with it.
    pub fn look(&self) -> Vec<Finding> {
        look(&self.material)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    runbook: Head,
    #[serde(default)]
    desk: DeskSays,
    #[serde(default)]
    command: Vec<CommandSays>,
    #[serde(default)]
    limit: Vec<LimitSays>,
    #[serde(default)]
    schedule: Vec<ScheduleSays>,
    #[serde(default)]
    span: Vec<SpanSays>,
    #[serde(default)]
    trigger: Vec<TriggerSays>,
    #[serde(default)]
    grade: Vec<GradeSays>,
    #[serde(default)]
    owner: Vec<PersonSays>,
    #[serde(default)]
    contact: Vec<PersonSays>,
    #[serde(default)]
    channel: Vec<PersonSays>,
    #[serde(default)]
    expect: Vec<Expected>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    id: String,
    /// `<name>` is to be filled in.
    #[serde(default)]
    angles: bool,
    #[serde(default)]
    elided: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeskSays {
    context: Option<String>,
    #[serde(default)]
    namespaces: Vec<String>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Default)]
#[serde(rename_all = "lowercase")]
enum Kind {
    #[default]
    Shell,
    Sql,
    Promql,
    Cron,
    Setting,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CommandSays {
    line: usize,
    #[serde(default)]
    kind: Kind,
    /// What it is for.
    #[serde(default)]
    about: String,
    /// Commands of one procedure are done one after the other.
    procedure: Option<String>,
    text: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitSays {
    line: usize,
    of: Spanned<String>,
    role: Role,
    is: String,
    who: Option<String>,
    cites: Option<String>,
    does: Option<String>,
    times: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScheduleSays {
    line: usize,
    name: Spanned<String>,
    weekday: Option<String>,
    from: String,
    to: Option<String>,
    reads: Option<String>,
    writes: Option<String>,
    #[serde(default)]
    window: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SpanSays {
    line: usize,
    of: Spanned<String>,
    #[serde(default)]
    name: String,
    minutes: u64,
    /// The stages it is the sum of; empty: all.
    goal: Option<Vec<String>>,
    #[serde(default)]
    kept: bool,
    needs: Option<String>,
    since: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TriggerSays {
    line: usize,
    of: Spanned<String>,
    by: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GradeSays {
    line: usize,
    name: Spanned<String>,
    /// Minutes, as all here.
    respond: Option<u64>,
    restore: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonSays {
    line: usize,
    name: Spanned<String>,
}

struct Reader<'a> {
    text: &'a str,
    of: &'a str,
}

impl Reader<'_> {
    fn read(&self, value: &Spanned<String>) -> Read {
        let span = value.span();
        let raw = &self.text[span.clone()];
        Read::new(value.get_ref(), raw, Place::new(0, &span))
    }

    fn at(&self, line: usize) -> String {
        format!("{}:{line}", self.of)
    }

    fn place(value: &Spanned<String>) -> Place {
        Place::new(0, &value.span())
    }

    fn material(&self, file: File) -> Result<Material, String> {
        let mut material = Material {
            desk: Desk {
                context: file.desk.context,
                namespaces: file.desk.namespaces,
            },
            notation: Notation {
                angles: file.runbook.angles,
                elided: file.runbook.elided,
            },
            ..Material::default()
        };
        for (at, says) in file.command.iter().enumerate() {
            self.command(&mut material, says, at);
        }
        for says in file.limit {
            let range = says
                .is
                .parse()
                .map_err(|error| format!("{}: {error}", says.is))?;
            material.data.limits.push(Limit {
                place: Self::place(&says.of),
                at: self.at(says.line),
                shown: says.of.get_ref().clone(),
                of: says.of.into_inner(),
                role: says.role,
                range,
                who: says.who,
                cites: says.cites,
                does: says.does,
                times: says.times,
            });
        }
        for says in file.schedule {
            material.data.schedules.push(self.schedule(says)?);
        }
        self.rest(&mut material, file.span, file.trigger);
        let grade = |says: GradeSays| Grade {
            place: Self::place(&says.name),
            at: self.at(says.line),
            name: says.name.into_inner(),
            respond: says.respond.map(|minutes| minutes * 60),
            restore: says.restore.map(|minutes| minutes * 60),
        };
        material.data.grades = file.grade.into_iter().map(grade).collect();
        let person = |says: PersonSays| Person {
            place: Self::place(&says.name),
            at: self.at(says.line),
            name: says.name.into_inner(),
        };
        material.data.owners = file.owner.into_iter().map(person).collect();
        material.data.reached = file.contact.into_iter().map(person).collect();
        material.data.channels = file.channel.into_iter().map(person).collect();
        Ok(material)
    }

    fn rest(&self, material: &mut Material, spans: Vec<SpanSays>, triggers: Vec<TriggerSays>) {
        for says in spans {
            let kind = match (says.goal, says.needs, says.since) {
                (Some(parts), _, _) => SpanKind::Goal(parts),
                (_, Some(what), _) => SpanKind::Needs(what),
                (_, _, Some(since)) => SpanKind::Since(since),
                _ if says.kept => SpanKind::Kept,
                _ => SpanKind::Stage,
            };
            material.data.spans.push(Span {
                place: Self::place(&says.of),
                at: self.at(says.line),
                of: says.of.into_inner(),
                name: says.name,
                seconds: says.minutes * 60,
                kind,
            });
        }
        for says in triggers {
            material.data.triggers.push(Trigger {
                place: Self::place(&says.of),
                at: self.at(says.line),
                of: says.of.into_inner(),
                by: says.by,
            });
        }
    }

    fn schedule(&self, says: ScheduleSays) -> Result<Schedule, String> {
        const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let from = minutes(&says.from)?;
        let to = says.to.as_deref().map_or(Ok(from), minutes)?;
        let day = |name: String| DAYS.iter().position(|it| *it == name);
        Ok(Schedule {
            place: Self::place(&says.name),
            at: self.at(says.line),
            name: says.name.into_inner(),
            weekday: says.weekday.and_then(day).map(|at| at as u8),
            from,
            to,
            reads: says.reads,
            writes: says.writes,
            is_window: says.window,
        })
    }

    fn command(&self, material: &mut Material, says: &CommandSays, at: usize) {
        let read = self.read(&says.text);
        let label = Label::Line {
            of: self.of.to_owned(),
            first: says.line,
        };
        let mut script = Script {
            parsed: shell::Parsed::default(),
            label,
            topic: says.about.clone(),
            procedure: says.procedure.clone().unwrap_or_else(|| format!("#{at}")),
            is_sql: says.kind == Kind::Sql,
            frame: Frame::default(),
            read: read.clone(),
        };
        match says.kind {
            Kind::Shell => script.parsed = shell::parse(&read, &material.notation),
            Kind::Cron => {
                self.cron(material, &script, says.line);
                if let Some(at) = cron::command_at(&read.text) {
                    // A percent sign ends a crontab's command unless it is escaped.
                    let command = read.text[at..].to_owned();
                    let place = read.place;
                    let first = read.is_verbatim().then(|| read.first() + at);
                    script.read = Read::at(&command, place, first);
                    script.topic = format!("cron:{}", says.about);
                    script.parsed = shell::parse(&script.read, &material.notation);
                }
            }
            Kind::Promql => {
                material.queries.push(Query {
                    at: self.at(says.line),
                    read,
                    is_count: false,
                });
                return;
            }
            Kind::Setting => {
                self.settings(material, &read, says.line);
                return;
            }
            Kind::Sql => {}
        }
        material.scripts.push(script);
    }

    fn cron(&self, material: &mut Material, script: &Script, line: usize) {
        let Some([minute, hour, weekday]) = cron::fields(&script.read.text) else {
            return;
        };
        let (Ok(minute), Ok(hour)) = (minute.parse::<u32>(), hour.parse::<u32>()) else {
            return;
        };
        let from = hour * 60 + minute;
        material.data.schedules.push(Schedule {
            name: script.topic.clone(),
            // Sunday is 0 in a crontab and 6 here.
            weekday: weekday.parse::<u8>().ok().map(|day| (day + 6) % 7),
            from,
            to: from,
            reads: None,
            writes: None,
            is_window: false,
            place: script.read.place,
            at: self.at(line),
        });
    }

    /// `key = value`, a line each.
    fn settings(&self, material: &mut Material, read: &Read, first: usize) {
        let mut offset = 0;
        for (number, line) in read.text.lines().enumerate() {
            let said = line.trim_start_matches(['#', ' ']);
            if let Some((key, value)) = said.split_once('=') {
                let value = value.trim().trim_matches('\'');
                let at = offset + line.find(value).unwrap_or(0);
                let span = at..at + value.len();
                let place = read.part(&span);
                material.data.settings.push(Setting {
                    key: key.trim().to_owned(),
                    value: Read::at(value, place, read.is_verbatim().then_some(place.start)),
                    place,
                    at: self.at(first + number),
                });
            }
            offset += line.len() + 1;
        }
    }
}

fn minutes(text: &str) -> Result<u32, String> {
    let parts = text.split_once(':');
    let parts = parts
        .and_then(|(hour, minute)| Some((hour.parse::<u32>().ok()?, minute.parse::<u32>().ok()?)));
    parts
        .map(|(hour, minute)| hour * 60 + minute)
        .ok_or_else(|| format!("`{text}` is no time of day"))
}
