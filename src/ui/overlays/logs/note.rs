//! What stands between the lines, in words.

use crate::domain::log::LogNote;
use crate::theme::Role;
use crate::ui::scene::Scene;

/// The sign, the role and the words of a note.
pub fn note(scene: &Scene<'_>, note: &LogNote) -> (&'static str, Role, String) {
    let glyph = scene.glyph;
    let plain = |key| scene.paint.texts.t(key).to_owned();
    let why = |key: &str, detail: &str| scene.with(key, &[("why", detail.into())]);
    match note {
        LogNote::Joined => (glyph.pointer, Role::Info, plain("logs-note-joined")),
        LogNote::NotKept(count) => {
            let text = scene.with("logs-note-not-kept", &[("count", count.to_string().into())]);
            (glyph.warn, Role::Warn, text)
        }
        LogNote::Refused(trouble) => {
            let text = why("logs-note-refused", &trouble.detail);
            (glyph.error, Role::Error, text)
        }
        LogNote::Waiting(reason) if reason.is_empty() => {
            (glyph.moving, Role::Warn, plain("logs-note-waiting-plain"))
        }
        LogNote::Waiting(reason) => (glyph.moving, Role::Warn, why("logs-note-waiting", reason)),
        LogNote::Broken(trouble) => {
            let text = why("logs-note-broken", &trouble.detail);
            (glyph.broken, Role::Warn, text)
        }
        LogNote::Back => (glyph.live, Role::Info, plain("logs-note-back")),
        LogNote::Ended { reason, code } => {
            let role = if *code == 0 { Role::Info } else { Role::Error };
            let sign = if *code == 0 { glyph.ok } else { glyph.error };
            let text = scene.with(
                "logs-note-ended",
                &[
                    ("reason", reason.as_str().into()),
                    ("code", code.to_string().into()),
                ],
            );
            (sign, role, text)
        }
        LogNote::Restarted => (glyph.rolled_out, Role::Info, plain("logs-note-restarted")),
        LogNote::Gone => (glyph.dash, Role::Info, plain("logs-note-gone")),
    }
}
