//! `quarterdeck handover`: how the handover stands, its draft, giving it, signing it.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{Book, Exit, json as print, refused, say};
use crate::{
    app::{
        command::WhyNot,
        handover::{
            self, blocking,
            draft::{Pen, draft},
            given, is_own, may_give, may_take, plain, standing, taken,
        },
        routine,
        running::actor,
    },
    cli::{
        acting,
        args::{DeskArgs, HandoverArgs, PaperLang},
        open::PATIENCE,
    },
    domain::{
        action::{refusal::Refusal, value::Values},
        logbook::{
            HandoverNoted, Noted,
            handover::{Handover, HeadMark},
        },
        text::Lang,
    },
    i18n::{action_words, time},
    runtime::acts::Means,
};

/// Answers what is asked of the handover.
pub fn handover(desk: &DeskArgs, args: &HandoverArgs) -> color_eyre::Result<Exit> {
    // What is printed of the ledger alone wants no server.
    let looks = args.draft || args.give || args.sign;
    let book = match Book::open(desk, looks.then_some(args.timeout))? {
        Ok(book) => book,
        Err(exit) => return Ok(exit),
    };
    let mut call = Call { book, args };
    let from = handover::shift(&call.book.model).from;
    call.book.recall(from);
    call.book.model.routine = routine::plan(&call.book.model);
    let done = if args.fill.is_empty() {
        Ok(Exit::Fine)
    } else {
        call.fill()
    };
    let done = done.and_then(|_| {
        if args.draft {
            call.draft()
        } else if args.give {
            call.give()
        } else if args.sign {
            call.sign()
        } else {
            Ok(call.state(None))
        }
    });
    Ok(done.unwrap_or_else(|exit| exit))
}

/// One call with its desk.
struct Call<'a> {
    book: Book,
    args: &'a HandoverArgs,
}

impl Call<'_> {
    fn lang(&self) -> Lang {
        match self.args.lang {
            None => self.book.model.look.lang,
            Some(PaperLang::En) => Lang::En,
            Some(PaperLang::Zh) => Lang::Zh,
        }
    }

    fn why_not(&self, why: WhyNot) -> Exit {
        refused(self.book.face.t(&format!("why-not-{}", why.id())))
    }

    /// What the form wants to know, read now; what can't be read is said and is `?` in the text.
    fn read(&self) -> Values {
        let read = match handover::reading(&self.book.model) {
            None => return Values::new(),
            Some(Err(refusal)) => Err(refusal),
            Some(Ok(draft)) => self.look(&draft),
        };
        read.unwrap_or_else(|refusal| {
            let why = action_words::refusal(&self.book.face.texts, &refusal);
            say::err(
                &self
                    .book
                    .face
                    .with("handover-unread", &[("why", why.into())]),
            );
            Values::new()
        })
    }

    fn look(&self, draft: &crate::domain::action::preflight::Draft) -> Result<Values, Refusal> {
        let prepared = &self.book.prepared;
        let (loaded, pack) = (&prepared.loaded, &prepared.pack);
        let means = acting::means(&prepared.inputs, loaded, pack, &prepared.plan);
        let unread = |why: String| Refusal::Unreadable {
            what: "program".to_owned(),
            why,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| unread(error.to_string()))?;
        let read = runtime.block_on(async {
            let within = tokio::time::timeout(self.args.timeout, Means::look(&means, draft));
            within
                .await
                .unwrap_or_else(|_| Err(unread("no answer in time".to_owned())))
        });
        runtime.shutdown_timeout(PATIENCE);
        read.map(|found| found.before)
    }

    fn text(&self, read: &Values) -> Result<String, Exit> {
        handover::text(&self.book.model, read, self.lang()).map_err(|why| {
            say::err(&why.to_string());
            Exit::Failed
        })
    }

    fn say_text(&self, text: &str) {
        if self.args.plain {
            say::out(&plain::plain(text));
        } else {
            say::out(text);
        }
    }

    fn draft(&self) -> Result<Exit, Exit> {
        let read = self.read();
        if self.args.json {
            let pen = Pen::of_programs(self.lang());
            let words = draft(&self.book.model, &read, None, &pen);
            return Ok(self.state(Some(&json!(words))));
        }
        self.say_text(&self.text(&read)?);
        Ok(Exit::Fine)
    }

    /// `NAME=VALUE` of the form.
    fn fill(&mut self) -> Result<Exit, Exit> {
        let own = standing(&self.book.model);
        may_give(&own).map_err(|why| self.why_not(why))?;
        let mut fields = BTreeMap::new();
        for text in &self.args.fill {
            let Some((name, value)) = text.split_once('=') else {
                return Err(self.book.usage("incident-no-pair", text));
            };
            let spec = self.book.model.pack.handover();
            let known = spec.is_some_and(|spec| {
                let field = spec.fields.iter().any(|it| it.name == name);
                field || spec.roles.iter().any(|it| it == name)
            });
            if !known {
                return Err(self.book.usage("handover-no-field", name));
            }
            fields.insert(name.to_owned(), value.trim().to_owned());
        }
        let shift = own.shift;
        let noted = HandoverNoted::Filled { shift, fields };
        self.book.write(Noted::Handover(noted))?;
        Ok(Exit::Fine)
    }

    fn give(&mut self) -> Result<Exit, Exit> {
        let own = standing(&self.book.model);
        may_give(&own).map_err(|why| self.why_not(why))?;
        let read = self.read();
        let to = self.args.to.clone();
        let noted = given(&self.book.model, &read, self.lang(), to).map_err(|why| {
            say::err(&why.to_string());
            Exit::Failed
        })?;
        self.book.write(Noted::Handover(noted))?;
        Ok(self.state(None))
    }

    fn sign(&mut self) -> Result<Exit, Exit> {
        let own = standing(&self.book.model);
        let found = may_take(&self.book.model, &own).map_err(|why| self.why_not(why))?;
        let reservation = self.args.with_reservation.as_deref().map(str::trim);
        let reservation = reservation.filter(|text| !text.is_empty());
        let open = blocking(&self.book.model);
        if reservation.is_none() && !open.is_empty() {
            for incident in open {
                let args = [
                    ("number", incident.number.as_str().into()),
                    ("title", incident.title.as_str().into()),
                ];
                say::err(&self.book.face.with("handover-blocks", &args));
            }
            return Err(refused(self.book.face.t("sheet-refused-handover-blocked")));
        }
        if is_own(&self.book.model, found) != Some(false) {
            say::err(self.book.face.t("handover-own-warning"));
        }
        let noted = taken(&self.book.model, found, reservation.map(str::to_owned));
        self.book.write(Noted::Handover(noted))?;
        // Where the pack knows no shifts the next one begins with the signature: what was signed is told.
        let signed = self.book.model.logbook.handovers.of(own.shift.from);
        let signed = signed.cloned().unwrap_or(own);
        Ok(self.told(&signed, None))
    }

    /// How it stands; with its text where it was given.
    fn state(&self, draft: Option<&Json>) -> Exit {
        self.told(&standing(&self.book.model), draft)
    }

    fn told(&self, own: &Handover, draft: Option<&Json>) -> Exit {
        if self.args.json {
            print(&self.document(own, draft));
            return Exit::Fine;
        }
        let face = &self.book.face;
        let Some(given) = &own.given else {
            say::err(face.t("handover-state-open"));
            return Exit::Fine;
        };
        let at = |at| time::day_and_clock(at, &self.book.model.pack.time_zone);
        let digest: String = given.digest.chars().take(12).collect();
        let args = [
            ("who", actor(&given.by).into()),
            ("at", at(given.at).into()),
            ("digest", digest.into()),
        ];
        let mut lines = vec![face.with("handover-given", &args)];
        if own.waits() {
            lines.push(face.t("handover-waits").to_owned());
        }
        lines.extend(own.taken.iter().map(|taken| {
            let said = taken.reservation.as_deref().unwrap_or_default();
            let args = [
                ("who", actor(&taken.by).into()),
                ("at", at(taken.at).into()),
                ("reservation", said.into()),
            ];
            let key = match taken.reservation {
                Some(_) => "handover-taken-reserved",
                None => "handover-taken",
            };
            face.with(key, &args)
        }));
        say::err(&lines.join("\n"));
        self.say_text(&given.text);
        Exit::Fine
    }

    fn document(&self, own: &Handover, draft: Option<&Json>) -> Json {
        let model = &self.book.model;
        let heads = |heads: &[HeadMark]| json!(heads);
        let state = match (&own.given, own.is_taken()) {
            (None, _) => "open",
            (Some(_), false) => "given",
            (Some(_), true) => "taken",
        };
        let given = own.given.as_ref().map(|given| {
            json!({
                "at": given.at,
                "by": actor(&given.by),
                "to": given.to,
                "digest": given.digest,
                "text": given.text,
                "heads": heads(&given.heads),
            })
        });
        let taken: Vec<Json> = (own.taken.iter())
            .map(|taken| {
                json!({
                    "at": taken.at,
                    "by": actor(&taken.by),
                    "reservation": taken.reservation,
                    "digest": taken.digest,
                    "heads": heads(&taken.heads),
                })
            })
            .collect();
        let blocking: Vec<&str> = blocking(model).iter().map(|it| &*it.number).collect();
        json!({
            "as_of": model.clocked,
            "desk": { "pack": model.pack.id, "context": model.desk.context },
            "shift": {
                "title": own.shift.title.as_ref().map(|title| title.get(model.look.lang)),
                "from": own.shift.from,
                "to": own.shift.to,
            },
            "state": state,
            "fields": own.fields,
            "given": given,
            "taken": taken,
            "blocked_by": blocking,
            "draft": draft,
        })
    }
}
