//! Silences and what may be done to them, with the semantics of the real server.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::matcher::{self, Matcher};
use crate::sim::world::scenario::{ScenarioError, SilenceFile, seconds, span};

/// Where a silence stands in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SilenceState {
    Pending,
    Active,
    Expired,
}

/// One silence.
#[derive(Debug, Clone)]
pub struct Silence {
    pub id: String,
    pub matchers: Vec<Matcher>,
    starts: Timestamp,
    ends: Timestamp,
    updated: Timestamp,
    created_by: String,
    comment: String,
}

/// Why a silence is refused, in the two dialects of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A JSON string.
    Plain(u16, String),
    /// `{code, message}` from the validation of the body.
    Coded(u16, u32, String),
}

impl Silence {
    pub fn state(&self, now: Timestamp) -> SilenceState {
        if now < self.starts {
            SilenceState::Pending
        } else if now < self.ends {
            SilenceState::Active
        } else {
            SilenceState::Expired
        }
    }

    pub fn to_json(&self, now: Timestamp) -> Value {
        let state = match self.state(now) {
            SilenceState::Pending => "pending",
            SilenceState::Active => "active",
            SilenceState::Expired => "expired",
        };
        json!({
            "id": self.id,
            "status": { "state": state },
            "updatedAt": time(self.updated),
            "comment": self.comment,
            "createdBy": self.created_by,
            "endsAt": time(self.ends),
            "startsAt": time(self.starts),
            "matchers": self.matchers.iter().map(Matcher::to_json).collect::<Vec<_>>(),
        })
    }

    /// Whether `new` may take this one's place under the same id.
    fn may_become(&self, new: &Self, now: Timestamp) -> bool {
        self.matchers == new.matchers
            && match self.state(now) {
                SilenceState::Pending => new.starts >= now,
                SilenceState::Active => {
                    new.starts.as_second() == self.starts.as_second() && new.ends >= now
                }
                SilenceState::Expired => false,
            }
    }
}

/// A time as Alertmanager writes it, to the millisecond.
pub fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// All silences that are known.
#[derive(Debug)]
pub struct Silences {
    known: Vec<Silence>,
    seed: u64,
    made: u64,
}

impl Silences {
    /// The silences that somebody had made before the start.
    pub fn new(files: &[SilenceFile], start: Timestamp, seed: u64) -> Result<Self, ScenarioError> {
        let mut silences = Self {
            known: Vec::new(),
            seed,
            made: 0,
        };
        for file in files {
            let matchers = matcher::parse_all(file.matchers.iter().map(String::as_str));
            let matchers = matchers.map_err(|message| ScenarioError::Part {
                at: "silence".to_owned(),
                message,
            })?;
            let starts = span(start, seconds(&file.from)?);
            let id = silences.next_id();
            silences.known.push(Silence {
                id,
                matchers,
                starts,
                ends: span(start, seconds(&file.until)?),
                updated: starts,
                created_by: file.by.clone(),
                comment: file.comment.clone(),
            });
        }
        Ok(silences)
    }

    pub fn all(&self) -> &[Silence] {
        &self.known
    }

    pub fn get(&self, id: &str) -> Option<&Silence> {
        self.known.iter().find(|silence| silence.id == id)
    }

    /// The active silences that match these labels.
    pub fn silencing(
        &self,
        labels: &std::collections::BTreeMap<String, String>,
        now: Timestamp,
    ) -> Vec<String> {
        let active = self
            .known
            .iter()
            .filter(|silence| silence.state(now) == SilenceState::Active);
        active
            .filter(|silence| matcher::all(&silence.matchers, labels))
            .map(|silence| silence.id.clone())
            .collect()
    }

    /// `POST /silences`: makes one, or changes one; gives its id.
    pub fn post(&mut self, body: &[u8], now: Timestamp) -> Result<String, Refusal> {
        let (id, mut silence) = read(body, now)?;
        if let Some(id) = id {
            let Some(index) = self.known.iter().position(|known| known.id == id) else {
                return Err(Refusal::Plain(404, "silence not found".to_owned()));
            };
            let known = &mut self.known[index];
            if known.may_become(&silence, now) {
                silence.id.clone_from(&known.id);
                *known = silence;
                return Ok(id);
            }
            if known.state(now) != SilenceState::Expired {
                expire(known, now);
            }
        }
        silence.starts = silence.starts.max(now);
        silence.id = self.next_id();
        let id = silence.id.clone();
        self.known.push(silence);
        Ok(id)
    }

    /// `DELETE /silence/{id}`: ends it now.
    pub fn delete(&mut self, id: &str, now: Timestamp) -> Result<(), Refusal> {
        let Some(known) = self.known.iter_mut().find(|silence| silence.id == id) else {
            return Err(Refusal::Plain(404, "silence not found".to_owned()));
        };
        if known.state(now) != SilenceState::Expired {
            expire(known, now);
        }
        Ok(())
    }

    fn next_id(&mut self) -> String {
        self.made += 1;
        let high = crate::sim::world::noise::bits(self.seed, 77, self.made);
        let low = crate::sim::world::noise::bits(self.seed, 78, self.made);
        format!(
            "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            low >> 52,
            low & 0xffff_ffff_ffff
        )
    }
}

fn expire(silence: &mut Silence, now: Timestamp) {
    silence.starts = silence.starts.min(now);
    silence.ends = now;
    silence.updated = now;
}

fn read(body: &[u8], now: Timestamp) -> Result<(Option<String>, Silence), Refusal> {
    let value: Value = serde_json::from_slice(body).map_err(|error| {
        Refusal::Coded(
            400,
            400,
            format!("parsing silence body from \"\" failed, because {error}"),
        )
    })?;
    let required = |key: &str| {
        let found = value[key].as_str();
        found.ok_or_else(|| Refusal::Coded(422, 602, format!("{key} in body is required")))
    };
    let moment = |key: &str| {
        let text = required(key)?;
        text.parse::<Timestamp>().map_err(|_| {
            let message = format!("{key} in body must be of type date-time: \"{text}\"");
            Refusal::Coded(422, 601, message)
        })
    };
    // In the order the real server looks at them.
    let comment = required("comment")?.to_owned();
    let created_by = required("createdBy")?.to_owned();
    let ends = moment("endsAt")?;
    let missing = |code: u32, message: &str| Refusal::Coded(422, code, message.to_owned());
    let list = value["matchers"].as_array();
    let list = list.ok_or_else(|| missing(602, "matchers in body is required"))?;
    if list.is_empty() {
        return Err(missing(
            612,
            "matchers in body should have at least 1 items",
        ));
    }
    let starts = moment("startsAt")?;
    let plain = |message: &str| Refusal::Plain(400, message.to_owned());
    let matchers: Vec<_> = list
        .iter()
        .map(Matcher::from_json)
        .collect::<Result<_, _>>()
        .map_err(|message| Refusal::Plain(400, message))?;
    if starts >= ends {
        return Err(plain(
            "Failed to create silence: start time must be before end time",
        ));
    }
    if ends < now {
        return Err(plain(
            "Failed to create silence: end time can't be in the past",
        ));
    }
    if matchers.iter().all(Matcher::matches_empty) {
        return Err(plain(
            "invalid silence: at least one matcher must not match the empty string",
        ));
    }
    let id = value["id"]
        .as_str()
        .filter(|id| !id.is_empty())
        .map(str::to_owned);
    let silence = Silence {
        id: String::new(),
        matchers,
        starts,
        ends,
        updated: now,
        created_by,
        comment,
    };
    Ok((id, silence))
}
