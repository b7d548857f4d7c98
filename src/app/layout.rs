//! Where everything stands on the screen, in cells: drawing, scrolling and the mouse ask the same geometry.

use super::{
    model::Size,
    view::{Pane, View},
};

/// A rectangle of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Area {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    pub height: u16,
}

impl Area {
    pub const fn new(x: u16, y: u16, width: u16, height: u16) -> Self {
        Self {
            x,
            y,
            width,
            height,
        }
    }

    pub const fn contains(self, column: u16, row: u16) -> bool {
        column >= self.x
            && column < self.x + self.width
            && row >= self.y
            && row < self.y + self.height
    }
}

/// The smallest terminal the panes are drawn on.
pub const SMALLEST: Size = Size {
    columns: 60,
    rows: 16,
};

/// Below this width one pane is shown at a time, with tabs.
pub const TWO_COLUMNS: u16 = 76;

/// From this width on alerts and pods gain columns.
pub const WIDE: u16 = 160;

/// Where everything stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// One line: the desk, the shift, the clock, the state of the links.
    pub header: Area,
    /// One line: hooks and lights.
    pub strip: Area,
    /// The panes that are visible; the first line of each is its title rule.
    pub panes: Vec<(Pane, Area)>,
    /// Tabs instead of all four panes.
    pub tabs: Option<Area>,
    /// What is due: a title rule and the lines below it.
    pub due: Area,
    /// The last line: what the keys do here, or the line being typed.
    pub footer: Area,
    /// Overlays stand here.
    pub body: Area,
}

/// The geometry for a terminal of this size; `None` where it is too small.
pub fn layout(size: Size, view: &View) -> Option<Layout> {
    if view.bare {
        return bare(size, view);
    }
    if size.columns < SMALLEST.columns || size.rows < SMALLEST.rows {
        return None;
    }
    let (width, height) = (size.columns, size.rows);
    let due_rows = match height {
        0..24 => 0,
        24..40 => 3,
        _ => 4,
    };
    let body = Area::new(0, 2, width, height - 3);
    let panes_height = body.height - due_rows;
    let (panes, tabs) = panes_in(Area::new(0, body.y, width, panes_height), view);
    Some(Layout {
        header: Area::new(0, 0, width, 1),
        strip: Area::new(0, 1, width, 1),
        panes,
        tabs,
        due: Area::new(0, body.y + panes_height, width, due_rows),
        footer: Area::new(0, height - 1, width, 1),
        body,
    })
}

/// Strip and panes, and nothing else.
fn bare(size: Size, view: &View) -> Option<Layout> {
    let (width, height) = (size.columns, size.rows);
    if width < SMALLEST.columns || height < SMALLEST.rows - 6 {
        return None;
    }
    let body = Area::new(0, 1, width, height - 1);
    let (panes, tabs) = panes_in(body, view);
    let none = Area::new(0, height, width, 0);
    Some(Layout {
        header: none,
        strip: Area::new(0, 0, width, 1),
        panes,
        tabs,
        due: none,
        footer: none,
        body,
    })
}

/// The panes that are visible in an area, and the tabs where only one of them is.
fn panes_in(area: Area, view: &View) -> (Vec<(Pane, Area)>, Option<Area>) {
    if view.zoomed {
        (vec![(view.focus, area)], None)
    } else if area.width < TWO_COLUMNS {
        let tabs = Area::new(area.x, area.y, area.width, 1);
        let rest = Area::new(area.x, area.y + 1, area.width, area.height - 1);
        (vec![(view.focus, rest)], Some(tabs))
    } else {
        (four(area), None)
    }
}

/// Alerts and SLOs above, queues and pods below; one column of cells between them is the rule.
fn four(area: Area) -> Vec<(Pane, Area)> {
    let left = area.width / 2 - 1;
    let right = area.width - left - 1;
    let upper = area.height.div_ceil(2).min(area.height - 1);
    let lower = area.height - upper;
    let (x, y) = (area.x + left + 1, area.y + upper);
    vec![
        (Pane::Alerts, Area::new(area.x, area.y, left, upper)),
        (Pane::Slos, Area::new(x, area.y, right, upper)),
        (Pane::Queues, Area::new(area.x, y, left, lower)),
        (Pane::Pods, Area::new(x, y, right, lower)),
    ]
}

impl Layout {
    pub fn pane(&self, pane: Pane) -> Option<Area> {
        self.panes
            .iter()
            .find(|(at, _)| *at == pane)
            .map(|(_, area)| *area)
    }
}

/// Lines one item of a pane takes.
pub const fn lines_per_item(pane: Pane, area: Area) -> u16 {
    match pane {
        // The rates stand below the depth where there is room for both.
        Pane::Queues if area.height >= 6 && area.width < 100 => 2,
        _ => 1,
    }
}

/// Lines above the first item: the title rule, and the names of the columns when the pane fills the screen.
pub const fn title_lines(zoomed: bool) -> u16 {
    if zoomed { 2 } else { 1 }
}

/// How many items of a pane can be seen at once.
pub fn items_visible(pane: Pane, area: Area, zoomed: bool) -> usize {
    let lines = usize::from(area.height.saturating_sub(title_lines(zoomed)));
    lines / usize::from(lines_per_item(pane, area))
}
