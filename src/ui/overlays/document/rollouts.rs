//! The revisions of a workload, and what two of them differ in.

use ratatui::text::{Line, Span};

use crate::app::document::{DiffPage, RolloutsPage};
use crate::domain::{diff::DiffLine, rollout::Revision};
use crate::i18n::width::{cells, pad_left, pad_right, truncate_middle};
use crate::theme::Role;
use crate::ui::scene::Scene;

/// The lines of the list, and which of them is the selected one.
pub(super) fn lines<'t>(
    scene: &Scene<'_>,
    page: &RolloutsPage,
    width: usize,
) -> (Vec<Line<'t>>, usize) {
    let revisions = page.revisions.as_deref().unwrap_or_default();
    if revisions.is_empty() {
        let text = format!(" {} {}", scene.glyph.dash, scene.t("rollouts-none"));
        return (vec![scene.line(Role::Dim, text)], 0);
    }
    let columns = Columns::of(scene, revisions, width);
    let mut lines = vec![columns.heads(scene)];
    let at = page.position().unwrap_or(0);
    for (index, revision) in revisions.iter().enumerate() {
        lines.push(columns.row(scene, revision, index == at));
    }
    (lines, at + 1)
}

struct Columns {
    number: usize,
    images: usize,
    cause: usize,
}

impl Columns {
    fn of(scene: &Scene<'_>, revisions: &[Revision], width: usize) -> Self {
        let widest = |text: &dyn Fn(&Revision) -> String, head: &str| {
            let own = revisions.iter().map(|it| cells(&text(it))).max();
            own.unwrap_or(0).max(cells(head))
        };
        let number = widest(&|it| it.number.to_string(), scene.t("rollouts-revision"));
        let images = widest(&|it| it.images.join(" "), scene.t("rollouts-images"));
        let cause = widest(&|it| it.cause.clone().unwrap_or_default(), "");
        // The sign, three gaps of two, age and replicas.
        let room = width.saturating_sub(3 + number + 2 + 6 + 2 + 9 + 2);
        let images = images.min(room - (cause + 2).min(room / 2));
        Self {
            number,
            images,
            cause: room.saturating_sub(images + 2),
        }
    }

    fn heads<'t>(&self, scene: &Scene<'_>) -> Line<'t> {
        let glyphs = scene.glyphs();
        let text = format!(
            "   {}  {}  {}  {}  {}",
            pad_left(scene.t("rollouts-revision"), self.number, glyphs),
            pad_left(scene.t("rollouts-age"), 6, glyphs),
            pad_left(scene.t("rollouts-pods"), 9, glyphs),
            pad_right(scene.t("rollouts-images"), self.images, glyphs),
            scene.t("rollouts-cause"),
        );
        scene.line(Role::Dim, text)
    }

    fn row<'t>(&self, scene: &Scene<'_>, revision: &Revision, selected: bool) -> Line<'t> {
        let glyphs = scene.glyphs();
        let bar = if selected { scene.glyph.bar } else { " " };
        let (sign, role) = if revision.current {
            (scene.glyph.live, Role::Ok)
        } else {
            (" ", Role::Text)
        };
        let age = revision.created.map(|at| scene.age(at)).unwrap_or_default();
        let (pods_role, pods) = match revision.replicas {
            None => (Role::Dim, scene.glyph.dash.to_owned()),
            Some((0, 0)) => (Role::Dim, "0".to_owned()),
            Some((ready, wanted)) if ready < wanted => (Role::Warn, format!("{ready}/{wanted}")),
            Some((ready, wanted)) => (Role::Ok, format!("{ready}/{wanted}")),
        };
        let images = revision.images.join(" ");
        let images = truncate_middle(&images, self.images, glyphs);
        let cause = revision.cause.as_deref().unwrap_or_default();
        let cause = truncate_middle(cause, self.cause, glyphs).into_owned();
        let spans: Vec<Span<'t>> = vec![
            scene.span(Role::Accent, bar.to_owned()),
            scene.span(role, format!("{sign} ")),
            scene.span(
                role,
                pad_left(&revision.number.to_string(), self.number, glyphs),
            ),
            scene.span(Role::Dim, format!("  {}", pad_left(&age, 6, glyphs))),
            scene.span(pods_role, format!("  {}", pad_left(&pods, 9, glyphs))),
            scene.span(
                Role::Text,
                format!("  {}", pad_right(&images, self.images, glyphs)),
            ),
            scene.span(Role::Dim, format!("  {cause}")),
        ];
        let line = Line::from(spans);
        if selected {
            line.patch_style(scene.style(Role::Selection))
        } else {
            line
        }
    }
}

pub(super) fn diff_lines<'t>(scene: &Scene<'_>, page: &DiffPage) -> Vec<Line<'t>> {
    if page.lines.is_empty() {
        let text = format!(" {} {}", scene.glyph.ok, scene.t("rollouts-same"));
        return vec![scene.line(Role::Dim, text)];
    }
    let lines = page.lines.iter().map(|line| {
        let role = match line {
            DiffLine::Hunk(_) => Role::Info,
            DiffLine::Same(_) => Role::Dim,
            DiffLine::Removed(_) => Role::Error,
            DiffLine::Added(_) => Role::Ok,
        };
        scene.line(role, format!(" {}", line.text()))
    });
    lines.collect()
}
