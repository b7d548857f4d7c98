//! What somebody is reminded of, as a sentence.

use jiff::tz::TimeZone;

use super::{Texts, time};
use crate::domain::reminder::Reminder;

/// One sentence for a person, in the language of these texts and the zone of the desk.
pub fn sentence(texts: &Texts, reminder: &Reminder, zone: &TimeZone) -> String {
    let at = time::day_and_clock(reminder.at, zone);
    let args = [
        ("subject", reminder.subject.as_str().into()),
        ("title", reminder.title.get(texts.lang()).into()),
        (
            "detail",
            reminder.detail.as_deref().unwrap_or_default().into(),
        ),
        ("at", at.as_str().into()),
    ];
    texts.with(&format!("remind-{}", reminder.kind.id()), &args)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        reminder::ReminderKind,
        text::{Lang, Text},
    };

    #[test]
    fn each_kind_has_a_sentence_that_names_what_it_is_about() {
        for lang in Lang::ALL {
            let texts = Texts::new(lang);
            for kind in ReminderKind::ALL {
                let reminder = Reminder {
                    kind,
                    subject: "S-1".to_owned(),
                    title: Text::Same("the title".to_owned()),
                    detail: Some("update".to_owned()),
                    at: "2026-11-21T06:32:05Z".parse().expect("a time"),
                };
                let said = sentence(&texts, &reminder, &TimeZone::UTC);
                assert!(said.contains("the title"), "{said}");
            }
        }
    }
}
