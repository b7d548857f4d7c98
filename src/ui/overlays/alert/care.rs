//! Who takes care of an alert: its clocks, who saw it, whose it is, who was called, what was noted.

use ratatui::text::Line;

use crate::app::{
    model::AlertLine,
    running::actor,
    triaging::{self, FLAPS},
};
use crate::domain::logbook::AlertLog;
use crate::i18n::time;
use crate::theme::Role;
use crate::ui::{panes, scene::Scene, widgets::wrap::wrap};

pub(super) fn lines<'t>(scene: &Scene<'t>, line: &'t AlertLine, width: usize) -> Vec<Line<'t>> {
    let mut lines = Vec::new();
    let mut say = |role, text: String| {
        for (nth, text) in wrap(&text, width.saturating_sub(3)).into_iter().enumerate() {
            let lead = if nth == 0 { "   " } else { "     " };
            lines.push(scene.line(role, format!("{lead}{text}")));
        }
    };
    let log = triaging::log(scene.model, line);
    let seen = log.and_then(|log| log.acknowledged.as_ref());
    match (seen, panes::alert_care(scene, line)) {
        (Some(seen), _) => {
            let args = [
                ("who", actor(&seen.by).into()),
                ("clock", time::clock(seen.at, scene.zone()).into()),
                ("age", scene.ledger_age(seen.at).into()),
            ];
            say(Role::Ok, scene.with("alert-acknowledged", &args));
            if let Some(note) = &seen.note {
                say(Role::Text, note.clone());
            }
            say(Role::Dim, scene.t("alert-no-pager").to_owned());
        }
        (None, Some((role, text))) => {
            let args = [("state", text.into())];
            say(role, scene.with("alert-nobody", &args));
        }
        (None, None) => {}
    }
    if let Some(by) = triaging::restore_by(scene.model, line).filter(|_| line.alert.state.calls()) {
        let left = by.duration_since(scene.now());
        let span = time::countdown(left.unsigned_abs());
        let (role, key) = if left.is_negative() {
            (Role::Error, "alert-restore-over")
        } else {
            (Role::Text, "alert-restore")
        };
        let clock = time::clock(by, scene.zone());
        say(
            role,
            scene.with(key, &[("left", span.into()), ("clock", clock.into())]),
        );
    }
    let came = triaging::came(scene.model, &line.alert.fingerprint);
    if came >= FLAPS {
        say(
            Role::Warn,
            scene.with("alert-flaps", &[("count", came.into())]),
        );
    }
    if let Some(log) = log {
        written(scene, log, &mut say);
    }
    lines
}

/// What people wrote down about it, in its order.
fn written(scene: &Scene<'_>, log: &AlertLog, say: &mut impl FnMut(Role, String)) {
    if let Some(to) = &log.assigned {
        say(
            Role::Text,
            scene.with("alert-assigned", &[("who", to.as_str().into())]),
        );
    }
    for call in &log.escalations {
        let roles = scene.model.pack.roles().iter();
        let role = roles.clone().find(|role| role.id == call.to);
        let title = role.map_or(call.to.as_str(), |role| scene.pick(&role.title));
        let args = [
            ("role", title.into()),
            ("who", actor(&call.by).into()),
            ("clock", time::clock(call.at, scene.zone()).into()),
        ];
        say(Role::Text, scene.with("alert-escalated", &args));
    }
    for remark in &log.remarks {
        let lead = format!(
            "{} {}",
            time::clock(remark.at, scene.zone()),
            actor(&remark.by)
        );
        say(Role::Text, format!("{lead}: {}", remark.text));
    }
}
