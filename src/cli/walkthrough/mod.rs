//! Going through a recorded shift: on a screen, or as lines and JSON.

mod told;

use std::{path::PathBuf, sync::Arc};

use futures::FutureExt;
use jiff::{Timestamp, civil, tz::TimeZone};
use serde_json::{Value, json};

use crate::{
    app::{
        frame,
        snapshot::{Scope, Snapshot},
    },
    config::{Inputs, Loaded, load},
    domain::{
        desk::{Desk, Namespaces},
        frame::{Frame, NoRecord},
    },
    i18n::Texts,
    pack::Pack,
    recorder::Record,
    runtime::terminal,
};

use super::{
    Exit, acting,
    args::{DeskArgs, WalkthroughArgs},
    colour_on_stderr,
    open::{self, Purpose},
    say,
};

/// Opens the screen, or prints what happened.
pub(super) fn walkthrough(desk: &DeskArgs, args: &WalkthroughArgs) -> color_eyre::Result<Exit> {
    let inputs = open::inputs(desk);
    let loaded = match load(&inputs) {
        Ok(loaded) => loaded,
        Err(errors) => {
            say::err(&errors.render(&Texts::new(inputs.lang()), colour_on_stderr()));
            return Ok(Exit::Usage);
        }
    };
    let texts = Texts::new(loaded.settings.lang);
    // What can't be read is said before the screen is taken.
    let mut record = match Record::open(&args.file) {
        Ok(record) => record,
        Err(why) => return Ok(unreadable(&texts, args, &why.into())),
    };
    if terminal::present() && !args.json {
        return on_screen(inputs, &loaded, &texts, args.file.clone());
    }
    let outline = record.outline();
    let Some(ends) = outline.ends() else {
        return Ok(unreadable(&texts, args, &NoRecord::Empty));
    };
    let first = record.at(ends.from)?.frame;
    let zone = TimeZone::get(&first.zone).unwrap_or(TimeZone::UTC);
    if !args.json {
        say::out(&told::lines(&texts, &outline, &zone));
        return Ok(Exit::Fine);
    }
    let mut document = told::document(&outline, &first);
    if let Some(text) = &args.at {
        let Some(at) = time_of(text, ends.from, &zone) else {
            let args = [("text", text.as_str().into())];
            say::err(&texts.with("cli-walk-bad-time", &args));
            return Ok(Exit::Usage);
        };
        let recorded = record.at(at)?;
        let model = acting::model(
            &loaded.settings,
            &loaded.policy,
            &recorded.frame.desk,
            &Arc::new(Pack::generic()),
        );
        document["at"] = moment(model, at, recorded.gap, recorded.frame);
    }
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    say::out(&(text + "\n"));
    Ok(Exit::Fine)
}

/// Goes through a record, which needs nothing but its file.
fn on_screen(
    inputs: Inputs,
    loaded: &Loaded,
    texts: &Texts,
    file: PathBuf,
) -> color_eyre::Result<Exit> {
    let desk = Desk {
        pack: None,
        context: String::new(),
        namespaces: Namespaces::All,
        kubeconfig: None,
        alertmanager: None,
        demo: None,
        read_only: true,
    };
    let purpose = Purpose {
        walk: Some(file),
        ..Purpose::default()
    };
    let pack = Arc::new(Pack::generic());
    // Nothing is read but the file.
    let plan = std::future::pending().boxed();
    let ended = open::opened((inputs, loaded, texts), (pack, desk), plan, purpose)?;
    Ok(ended.map_or_else(|exit| exit, |ended| open::exit_of(&ended)))
}

/// What the panes showed then, thing by thing.
fn moment(mut past: crate::app::model::Model, at: Timestamp, gap: bool, frame: Frame) -> Value {
    frame::show(&mut past, frame);
    json!({
        "asked": at,
        "gap": gap,
        "sick_pods_left_out": past.cluster.left_out,
        "snapshot": Snapshot::of(&past, Scope::All),
    })
}

/// A time of day of the record, or a whole one.
fn time_of(text: &str, from: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let time: civil::Time = text.parse().ok()?;
    let on = |day: civil::Date| {
        let zoned = day.to_datetime(time).to_zoned(zone.clone());
        zoned.ok().map(|zoned| zoned.timestamp())
    };
    let day = from.to_zoned(zone.clone()).date();
    let minute = jiff::SignedDuration::from_mins(1);
    // A shift of the night has times of two days.
    match on(day)? {
        first if first < from.checked_sub(minute).ok()? => on(day.tomorrow().ok()?),
        first => Some(first),
    }
}

fn unreadable(texts: &Texts, args: &WalkthroughArgs, why: &NoRecord) -> Exit {
    let why = match why {
        NoRecord::NoneYet => texts.t("walk-none-yet").to_owned(),
        NoRecord::NoRecord => texts.t("walk-no-record").to_owned(),
        NoRecord::Version { found, known } => {
            let args = [("found", (*found).into()), ("known", (*known).into())];
            texts.with("walk-version", &args)
        }
        NoRecord::Empty => texts.t("walk-empty").to_owned(),
        NoRecord::Unreadable(why) => texts.with("walk-unreadable", &[("why", why.as_str().into())]),
    };
    say::err(&format!("{}: {why}", args.file.display()));
    Exit::Failed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_that_of_the_shift() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        // A night, from seven in the evening.
        let from: Timestamp = "2026-11-21T11:00:00Z".parse().unwrap();
        let at = |text: &str| time_of(text, from, &zone).map(|at| at.to_string());
        assert_eq!(at("19:00").as_deref(), Some("2026-11-21T11:00:00Z"));
        assert_eq!(at("23:59:30").as_deref(), Some("2026-11-21T15:59:30Z"));
        assert_eq!(at("03:10").as_deref(), Some("2026-11-21T19:10:00Z"));
        assert_eq!(
            at("2026-11-20T01:02:03Z").as_deref(),
            Some("2026-11-20T01:02:03Z")
        );
        assert_eq!(at("soon"), None);
    }
}
