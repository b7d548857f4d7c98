//! Programs outside of the cluster, as a scenario plays them: what they are asked, what they say, what they do to the world.

use std::collections::BTreeMap;

use super::World;
use super::scenario::{Deed, Program};

/// How often a text may name what itself names something.
const DEEPEST: usize = 4;

/// What a program of the scenario says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Said {
    pub out: Vec<String>,
    pub err: Vec<String>,
    /// What it adds meanwhile to a log that is followed.
    pub follow: Vec<String>,
    pub code: i32,
    /// Real seconds it takes.
    pub takes: f64,
}

/// The words that were caught, by name.
type Caught = BTreeMap<String, String>;

/// Whether words are those a program answers. A program is known by its name, whatever folder it is in.
fn caught(pattern: &[String], words: &[String]) -> Option<Caught> {
    let mut caught = Caught::new();
    fits(pattern, words, 0, &mut caught).then_some(caught)
}

/// Whether the words from a place on fit the rest of a pattern; what was caught on a way that did not fit is caught anew.
fn fits(pattern: &[String], words: &[String], place: usize, caught: &mut Caught) -> bool {
    let Some((known, after)) = pattern.split_first() else {
        return place == words.len();
    };
    if known == "..." {
        return (place..=words.len()).any(|next| {
            let fits = fits(after, words, next, caught);
            if fits {
                caught.insert("rest".to_owned(), words[place..next].join(" "));
            }
            fits
        });
    }
    let Some(word) = words.get(place) else {
        return false;
    };
    if let Some(name) = known.strip_prefix('<').and_then(|it| it.strip_suffix('>')) {
        caught.insert(name.to_owned(), word.clone());
        return fits(after, words, place + 1, caught);
    }
    let bare = word.rsplit('/').next().unwrap_or(word);
    (known == word || is_like(known, word) || (place == 1 && known == bare))
        && fits(after, words, place + 1, caught)
}

/// `*.sql` stands for any word that ends so; texts of several words stand for themselves.
fn is_like(known: &str, word: &str) -> bool {
    let halves = known.split_once('*').filter(|_| !known.contains(' '));
    halves.is_some_and(|(begin, end)| {
        word.len() >= begin.len() + end.len() && word.starts_with(begin) && word.ends_with(end)
    })
}

impl World {
    /// What the scenario's programs say to these words: the kind of step first. With `act` they do what they do.
    pub fn program(&mut self, words: &[String], act: bool) -> Option<Said> {
        let (place, caught) =
            self.model
                .programs
                .iter()
                .enumerate()
                .find_map(|(place, program)| {
                    let caught = caught(&program.file.words, words)?;
                    let holds = self.state.evaluate(&self.model, &program.when, 0) > 0.0;
                    holds.then_some((place, caught))
                })?;
        let program = &self.model.programs[place];
        let deeds = if act && program.file.code == 0 {
            self.deeds(program, &caught)
        } else {
            Vec::new()
        };
        let kept: Vec<(String, String)> = program
            .file
            .keep
            .iter()
            .filter(|_| act && program.file.code == 0)
            .map(|(key, text)| (self.filled(key, &caught), self.filled(text, &caught)))
            .collect();
        let texts = |lines: &[String]| {
            lines
                .iter()
                .map(|line| self.filled(line, &caught))
                .collect()
        };
        // What it says is what was before it did it.
        let said = Said {
            out: texts(&program.file.out),
            err: texts(&program.file.err),
            follow: texts(&program.file.follow),
            code: program.file.code,
            takes: program.file.takes,
        };
        for deed in deeds {
            self.stage.play(&self.model, &mut self.state, &deed);
        }
        self.kept.extend(kept);
        Some(said)
    }

    fn deeds(&self, program: &Program, caught: &Caught) -> Vec<Deed> {
        let mut deeds = program.deeds.clone();
        for (slot, to) in &program.set {
            // A word that is no number changes nothing.
            if let Ok(to) = self.filled(to, caught).parse() {
                deeds.push(Deed::Set {
                    slot: *slot,
                    to,
                    over: program.over,
                });
            }
        }
        for (key, value) in &program.file.config {
            deeds.push(Deed::Config {
                key: self.filled(key, caught),
                value: self.filled(value, caught),
                by: program.file.words.get(1).cloned().unwrap_or_default(),
            });
        }
        deeds
    }

    /// A text with everything named in it; what nobody knows stays as it is, as do the braces of JSON.
    fn filled(&self, text: &str, caught: &Caught) -> String {
        let mut text = text.to_owned();
        for _ in 0..DEEPEST {
            let Some(next) = self.filled_once(&text, caught) else {
                break;
            };
            text = next;
        }
        text
    }

    fn filled_once(&self, text: &str, caught: &Caught) -> Option<String> {
        let mut filled = String::with_capacity(text.len());
        let mut changed = false;
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            // The innermost first: from the last brace before the next closing one.
            let end = rest[open..].find('}').map(|end| open + end);
            let found = end.and_then(|end| {
                let open = rest[..end].rfind('{')?;
                Some((open, end, self.named(&rest[open + 1..end], caught)?))
            });
            if let Some((open, end, value)) = found {
                filled.push_str(&rest[..open]);
                filled.push_str(&value);
                rest = &rest[end + 1..];
                changed = true;
            } else {
                filled.push_str(&rest[..=open]);
                rest = &rest[open + 1..];
            }
        }
        filled.push_str(rest);
        changed.then_some(filled)
    }

    fn named(&self, name: &str, caught: &Caught) -> Option<String> {
        if let Some(word) = caught.get(name) {
            return Some(word.clone());
        }
        if let Some(key) = name.strip_prefix("config:") {
            return Some(self.stage.config(&self.model, key).unwrap_or_default());
        }
        if let Some(key) = name.strip_prefix("kept:") {
            return Some(self.kept.get(key).cloned().unwrap_or_default());
        }
        if name == "now" {
            return Some(self.last_step().as_second().to_string());
        }
        if let Some(format) = name.strip_prefix("now:") {
            let now = self.last_step().to_zoned(self.model.zone.clone());
            return Some(now.strftime(format).to_string());
        }
        self.value(name).map(super::stage::short)
    }
}

#[cfg(test)]
mod tests {
    use super::super::scenario::{compile, list, load};
    use super::super::testing::world;
    use super::*;

    fn ask(world: &mut World, words: &str, act: bool) -> Option<Said> {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        world.program(&words, act)
    }

    fn out(world: &mut World, words: &str) -> String {
        ask(world, words, false)
            .unwrap_or_else(|| panic!("{words}"))
            .out
            .join("\n")
    }

    #[test]
    fn a_switch_that_is_set_is_read_back_and_felt() {
        let (mut world, cluster) = world("doubao-outage", 7);
        let list = "command /usr/local/bin/configctl feature list --env prod --json";
        let before: serde_json::Value = serde_json::from_str(&out(&mut world, list)).unwrap();
        assert_ne!(before["glancy.lookup.force_basic"], "true");
        let set = "command configctl feature set glancy.lookup.force_basic true --env prod";
        ask(&mut world, set, false).unwrap();
        assert_eq!(
            out(&mut world, list),
            serde_json_text(&before),
            "looking changes nothing"
        );
        let said = ask(&mut world, set, true).unwrap();
        assert_eq!(said.code, 0);
        let after: serde_json::Value = serde_json::from_str(&out(&mut world, list)).unwrap();
        assert_eq!(after["glancy.lookup.force_basic"], "true");
        drop(cluster);
    }

    fn serde_json_text(value: &serde_json::Value) -> String {
        // The program writes its keys in their order, as a map of JSON does.
        let map = value.as_object().unwrap();
        let parts: Vec<String> = map
            .iter()
            .map(|(key, value)| format!("\"{key}\": {value}"))
            .collect();
        format!("{{{}}}", parts.join(", "))
    }

    #[test]
    fn a_release_is_promoted_and_rolled_back() {
        let (mut world, _) = world("bad-release", 7);
        let status = "command releasectl stage status --env prod --json";
        let before: serde_json::Value = serde_json::from_str(&out(&mut world, status)).unwrap();
        assert_eq!(before["weight"], 50);
        let images = |world: &World| {
            let at = world
                .model()
                .workloads
                .iter()
                .position(|it| it.at.name == "lookup-bff");
            world.model().workloads[at.unwrap()].at.clone()
        };
        let at = images(&world);
        let said = ask(&mut world, "command rollback_stage.sh --batch REL-B4", true).unwrap();
        assert!(said.takes > 0.0 && said.out.len() > 2);
        let now = world.stage.workload(&at).unwrap();
        assert!(now.image.ends_with(":5.8.2"), "{}", now.image);
        let after: serde_json::Value = serde_json::from_str(&out(&mut world, status)).unwrap();
        assert_eq!(after["weight"], 0);
    }

    /// The first by name answers: one that always does must not stand before another that is asked the same.
    #[test]
    fn no_program_hides_another() {
        for scenario in list() {
            let model = load(scenario.name).and_then(compile).unwrap();
            let programs: Vec<&[String]> = (model.programs.iter())
                .map(|program| &*program.file.words)
                .collect();
            for (place, words) in programs.iter().enumerate() {
                let asked: Vec<String> = words
                    .iter()
                    .map(|word| word.replace("...", "any"))
                    .collect();
                let hides = |before: &usize| {
                    model.programs[*before].file.when == "1"
                        && caught(programs[*before], &asked).is_some()
                };
                let hidden = (0..place).find(hides).map(|before| programs[before]);
                assert_eq!(hidden, None, "{}: it hides {words:?}", scenario.name);
            }
        }
    }

    #[test]
    fn words_in_the_middle_may_be_any() {
        let split = |text: &str| -> Vec<String> { text.split(' ').map(str::to_owned).collect() };
        let pattern = split("command docker-compose ... nginx <verb> -t");
        let fit = |text: &str| caught(&pattern, &split(text));
        let found = fit("command /usr/bin/docker-compose -f a.yml exec -T nginx nginx -t");
        let found = found.expect("any words stand for the dots");
        assert_eq!(found["rest"], "-f a.yml exec -T");
        assert_eq!(found["verb"], "nginx");
        assert!(fit("command docker-compose nginx nginx -t").is_some());
        assert!(fit("command docker-compose exec nginx nginx -t -q").is_none());
        assert!(fit("command docker-compose exec nginx -t").is_none());
        let file = split("command head *.sql");
        assert!(caught(&file, &split("command head /backup/a.sql")).is_some());
        assert!(caught(&file, &split("command head /backup/a.dump")).is_none());
        let all = caught(&split("redis x DEL ..."), &split("redis x DEL a b"));
        assert_eq!(all.expect("the rest")["rest"], "a b");
    }

    #[test]
    fn a_unit_is_what_it_was_told_to_be() {
        let (mut world, _) = world("quiet", 7);
        let show = "systemd show glancy-backend";
        assert!(out(&mut world, show).contains("ActiveState=active"));
        ask(&mut world, "systemd stop glancy-backend", true).unwrap();
        assert!(out(&mut world, show).contains("ActiveState=inactive"));
        ask(&mut world, "systemd start glancy-backend", true).unwrap();
        assert!(out(&mut world, show).contains("ActiveState=active"));
    }

    #[test]
    fn a_queue_is_as_long_as_everywhere_else() {
        let (mut world, _) = world("export-backlog", 7);
        let depth = world.value("exports.depth").unwrap();
        assert_eq!(
            out(&mut world, "redis export-queue LLEN exports:pending"),
            format!("{depth:.0}")
        );
        assert_eq!(ask(&mut world, "redis export-queue FLUSHALL", true), None);
        assert_eq!(ask(&mut world, "command rm -rf /", true), None);
    }
}
