//! What a piece of the screen is, which is all the drawing code says about its looks.

macro_rules! roles {
    ($($variant:ident $name:literal $doc:literal;)*) => {
        /// What a piece of the screen is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Role {
            $(#[doc = $doc] $variant,)*
        }

        impl Role {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in theme files.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

roles! {
    Text "text" "Plain text.";
    Dim "dim" "Text that matters less.";
    Title "title" "The title of a pane.";
    TitleFocused "title-focused" "The title of the pane that has the keys.";
    Border "border" "A line between panes.";
    BorderFocused "border-focused" "The line of the pane that has the keys.";
    Selection "selection" "The selected row.";
    SelectionInactive "selection-inactive" "The selected row of a pane without the keys.";
    Ok "ok" "Well.";
    Warn "warn" "Near a limit.";
    Error "error" "Past a limit, broken.";
    Unknown "unknown" "Nobody knows.";
    Stale "stale" "Too old to be believed.";
    Accent "accent" "Stands out without a state.";
    Info "info" "Worth knowing, no trouble.";
    Severity1 "severity-1" "An alert that pages everybody.";
    Severity2 "severity-2" "An alert that pages.";
    Severity3 "severity-3" "An alert for working hours.";
    Severity4 "severity-4" "An alert to read some day.";
    Header "header" "The first line.";
    HeaderDesk "header-desk" "The name of the desk in the first line.";
    DemoMark "demo-mark" "The mark of a demo that never leaves the screen.";
    KeyHint "key-hint" "What a key does, in the last line.";
    KeyHintKey "key-hint-key" "The key itself, in the last line and in help.";
    Input "input" "Text being typed.";
    Match "match" "The letters a filter found.";
    Spark "spark" "A sparkline or chart line.";
    SparkWarn "spark-warn" "The part of it near a limit.";
    SparkError "spark-error" "The part of it past a limit.";
    LimitLine "limit-line" "The line of a limit in a chart.";
    Overlay "overlay" "The ground of an overlay.";
    OverlayBorder "overlay-border" "The line around an overlay.";
    Debt "debt" "Something due that nobody did.";
}

impl Role {
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.name() == name)
    }

    /// Whether letters are drawn in it, so that it has to be readable.
    pub const fn is_text(self) -> bool {
        !matches!(
            self,
            Self::Border | Self::BorderFocused | Self::OverlayBorder | Self::LimitLine
        )
    }

    /// Whether it lies under other roles as a bar.
    pub const fn is_bar(self) -> bool {
        matches!(self, Self::Selection | Self::SelectionInactive)
    }
}
