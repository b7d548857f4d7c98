//! The one registry of commands: it feeds keys, palette, help, docs and completions.

use std::fmt;

/// Where a command means something. A key is looked up in the innermost context first, then outwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// Everywhere but where text is typed.
    Global,
    /// Any list: the four panes, the changes, lists in overlays.
    List,
    Alerts,
    Slos,
    Queues,
    Pods,
    /// What changed in the last hour.
    Changes,
    Nodes,
    /// A detail screen.
    Detail,
    /// A screen of text about an object.
    Document,
    /// The revisions of a workload and what they differ in.
    Rollouts,
    Chart,
    /// The logs.
    Logs,
    /// A run, and the list of them.
    Run,
    /// What the steps of a run wrote.
    Output,
    Incident,
    Flow,
    /// What is due.
    Routine,
    /// Hooks, lights and gates.
    Guard,
    /// The handover of a shift.
    Handover,
    /// A recorded shift.
    Walk,
    /// A list one picks from while its effect is previewed: themes, columns.
    Picker,
    /// A line of text: filter, palette, PromQL.
    Text,
    Help,
}

impl Context {
    pub const ALL: [Self; 24] = [
        Self::Global,
        Self::List,
        Self::Alerts,
        Self::Slos,
        Self::Queues,
        Self::Pods,
        Self::Changes,
        Self::Nodes,
        Self::Detail,
        Self::Document,
        Self::Rollouts,
        Self::Chart,
        Self::Logs,
        Self::Run,
        Self::Output,
        Self::Incident,
        Self::Flow,
        Self::Routine,
        Self::Guard,
        Self::Handover,
        Self::Walk,
        Self::Picker,
        Self::Text,
        Self::Help,
    ];

    /// The name in `[keys.<name>]` and in docs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::List => "list",
            Self::Alerts => "alerts",
            Self::Slos => "slos",
            Self::Queues => "queues",
            Self::Pods => "pods",
            Self::Changes => "changes",
            Self::Nodes => "nodes",
            Self::Detail => "detail",
            Self::Document => "document",
            Self::Rollouts => "rollouts",
            Self::Chart => "chart",
            Self::Logs => "logs",
            Self::Run => "run",
            Self::Output => "output",
            Self::Incident => "incident",
            Self::Flow => "flow",
            Self::Routine => "routine",
            Self::Guard => "guard",
            Self::Handover => "handover",
            Self::Walk => "walk",
            Self::Picker => "picker",
            Self::Text => "text",
            Self::Help => "help",
        }
    }
}

macro_rules! commands {
    ($($variant:ident $name:literal $context:ident [$($key:literal)*];)*) => {
        /// What a person means.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Command {
            $($variant,)*
        }

        impl Command {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable id, as configuration files name it.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Where it is bound by default.
            pub const fn context(self) -> Context {
                match self { $(Self::$variant => Context::$context,)* }
            }

            /// The default keys, in the notation of configuration files.
            pub const fn keys(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($key),*],)* }
            }
        }
    };
}

// The title of a command is the text `command-<id>` of `i18n`.
commands! {
    Quit "quit" Global ["q" "ctrl-c"];
    Suspend "suspend" Global ["ctrl-z"];
    Help "help" Global ["?"];
    Palette "palette" Global [":" "ctrl-p"];
    Redraw "redraw" Global ["ctrl-l"];
    NextPane "next-pane" Global ["tab" "ctrl-w w"];
    PreviousPane "previous-pane" Global ["backtab"];
    FocusAlerts "focus-alerts" Global ["1"];
    FocusSlos "focus-slos" Global ["2"];
    FocusQueues "focus-queues" Global ["3"];
    FocusPods "focus-pods" Global ["4"];
    Describe "describe" Global ["d"];
    Manifest "manifest" Global ["v"];
    Events "events" Global ["e"];
    EventsAll "events-all" Global ["ctrl-e"];
    Rollouts "rollouts" Global ["R"];
    Zoom "zoom" Global ["z"];
    Changes "changes" Global ["c"];
    Theme "theme" Global ["T"];
    Language "language" Global ["L"];
    Glyphs "glyphs" Global [];
    Mouse "mouse" Global [];
    Sources "sources" Global ["S"];
    SignIn "sign-in" Global ["I"];
    Browse "browse" Global ["B"];
    Nodes "nodes" Global ["N"];
    Usage "usage" Global ["u"];
    Explain "explain" Global ["E"];
    Desks "desks" Global ["D"];
    PreviousDesk "previous-desk" Global ["ctrl-o"];
    Namespaces "namespaces" Global ["n"];
    Logs "logs" Global ["l"];
    Act "act" Global ["A"];
    Journal "journal" Global ["J"];
    Declare "declare" Global ["O"];
    Incidents "incidents" Global ["i"];
    Flows "flows" Global ["F"];
    Routine "routine" Global ["o"];
    Guards "guards" Global ["h"];
    Handover "handover" Global ["H"];
    Walkthrough "walkthrough" Global ["W"];
    Drill "drill" Global [];
    Escalate "escalate" Global ["!"];
    Directory "directory" Global ["P"];
    Silences "silences" Global ["M"];
    Switches "switches" Global ["ctrl-t"];
    Back "back" Global ["esc"];
    Copy "copy" Global ["y"];
    CopyCommand "copy-command" Global ["Y"];
    Up "up" List ["k" "up"];
    Down "down" List ["j" "down"];
    PageUp "page-up" List ["ctrl-b" "pageup"];
    PageDown "page-down" List ["ctrl-f" "pagedown"];
    HalfPageUp "half-page-up" List ["ctrl-u"];
    HalfPageDown "half-page-down" List ["ctrl-d"];
    Top "top" List ["g g" "home"];
    Bottom "bottom" List ["G" "end"];
    Open "open" List ["enter" "right"];
    Filter "filter" List ["/"];
    ClearFilter "clear-filter" List ["ctrl-x"];
    Sort "sort" List ["s"];
    SortReverse "sort-reverse" List ["r"];
    Columns "columns" List ["C"];
    ToggleRollUp "toggle-roll-up" Pods ["w"];
    ToggleSickOnly "toggle-sick-only" Pods ["x"];
    NodePods "node-pods" Nodes ["p"];
    ToggleGroup "toggle-group" Alerts ["w"];
    AlertAcknowledge "alert-acknowledge" Alerts ["a"];
    AlertRelease "alert-release" Alerts [];
    AlertAssign "alert-assign" Alerts ["t"];
    AlertNote "alert-note" Alerts ["m"];
    AlertMark "alert-mark" Alerts ["space"];
    ChartWider "chart-wider" Chart ["-" "h" "left"];
    ChartNarrower "chart-narrower" Chart ["+" "=" "l" "right"];
    ChartEarlier "chart-earlier" Chart ["[" "pageup"];
    ChartLater "chart-later" Chart ["]" "pagedown"];
    ChartNow "chart-now" Chart ["0"];
    ChartQuery "chart-query" Chart ["e"];
    LogsFollow "logs-follow" Logs ["f"];
    LogsRange "logs-range" Logs ["s"];
    LogsPrevious "logs-previous" Logs ["p"];
    LogsContainers "logs-containers" Logs ["c"];
    LogsFilter "logs-filter" Logs ["/"];
    LogsSearch "logs-search" Logs ["h"];
    LogsNext "logs-next" Logs ["n"];
    LogsPrior "logs-prior" Logs ["N"];
    LogsTroubles "logs-troubles" Logs ["e"];
    LogsTime "logs-time" Logs ["t"];
    LogsExpand "logs-expand" Logs ["enter"];
    LogsWrap "logs-wrap" Logs ["w"];
    LogsLeft "logs-left" Logs ["left"];
    LogsRight "logs-right" Logs ["right"];
    LogsStamps "logs-stamps" Logs ["T"];
    LogsJson "logs-json" Logs ["J"];
    LogsExport "logs-export" Logs ["o"];
    RunCancel "run-cancel" Run ["X"];
    RunUndo "run-undo" Run ["u"];
    RunAcknowledge "run-acknowledge" Run ["K"];
    RunEvidence "run-evidence" Run ["i"];
    OutputFilter "output-filter" Output ["/"];
    IncidentUpdate "incident-update" Incident ["u"];
    IncidentSeverity "incident-severity" Incident ["s"];
    IncidentRole "incident-role" Incident ["o"];
    IncidentImpact "incident-impact" Incident ["m"];
    IncidentPhase "incident-phase" Incident ["p"];
    IncidentRung "incident-rung" Incident ["b"];
    IncidentWatch "incident-watch" Incident ["w"];
    IncidentNote "incident-note" Incident ["n"];
    IncidentFollowUp "incident-follow-up" Incident ["f"];
    IncidentReview "incident-review" Incident ["v"];
    IncidentClose "incident-close" Incident ["X"];
    IncidentReopen "incident-reopen" Incident ["r"];
    IncidentReviewed "incident-reviewed" Incident ["V"];
    FlowDo "flow-do" Flow ["enter"];
    FlowSkip "flow-skip" Flow ["s"];
    FlowPause "flow-pause" Flow ["p"];
    FlowEnd "flow-end" Flow ["X"];
    FlowLift "flow-lift" Flow ["t"];
    CheckRun "check-run" Routine ["enter"];
    CheckFail "check-fail" Routine ["x"];
    CheckSkip "check-skip" Routine ["s"];
    CheckPropose "check-propose" Routine ["p"];
    GuardOpen "guard-open" Guard ["enter"];
    GuardFail "guard-fail" Guard ["x"];
    GuardPropose "guard-propose" Guard ["p"];
    HandoverFill "handover-fill" Handover ["f"];
    HandoverGive "handover-give" Handover ["h"];
    HandoverTake "handover-take" Handover ["t"];
    HandoverDraft "handover-draft" Handover ["v"];
    WalkPlay "walk-play" Walk ["space"];
    WalkFaster "walk-faster" Walk ["+" "="];
    WalkSlower "walk-slower" Walk ["-"];
    WalkOn "walk-on" Walk ["l" "right"];
    WalkBack "walk-back" Walk ["h" "left"];
    WalkMinuteOn "walk-minute-on" Walk ["]"];
    WalkMinuteBack "walk-minute-back" Walk ["["];
    WalkNext "walk-next" Walk ["n"];
    WalkPrevious "walk-previous" Walk ["p"];
    WalkNextAlert "walk-next-alert" Walk ["a"];
    WalkPreviousAlert "walk-previous-alert" Walk ["A"];
    WalkNextLight "walk-next-light" Walk ["i"];
    WalkPreviousLight "walk-previous-light" Walk ["I"];
    WalkNextAction "walk-next-action" Walk ["r"];
    WalkPreviousAction "walk-previous-action" Walk ["R"];
    WalkNextNote "walk-next-note" Walk ["m"];
    WalkPreviousNote "walk-previous-note" Walk ["M"];
    WalkStart "walk-start" Walk ["home"];
    WalkEnd "walk-end" Walk ["end"];
    WalkOlder "walk-older" Walk ["<"];
    WalkNewer "walk-newer" Walk [">"];
    DetailOpen "detail-open" Detail ["enter"];
    DetailUp "detail-up" Detail ["k" "up"];
    DetailDown "detail-down" Detail ["j" "down"];
    DetailPageUp "detail-page-up" Detail ["ctrl-b" "pageup"];
    DetailPageDown "detail-page-down" Detail ["ctrl-f" "pagedown"];
    DetailTop "detail-top" Detail ["g g" "home"];
    DetailBottom "detail-bottom" Detail ["G" "end"];
    DocumentHalfPageUp "document-half-page-up" Document ["ctrl-u"];
    DocumentHalfPageDown "document-half-page-down" Document ["ctrl-d" "space"];
    DocumentLeft "document-left" Document ["h" "left"];
    DocumentRight "document-right" Document ["l" "right"];
    DocumentSearch "document-search" Document ["/"];
    DocumentNext "document-next" Document ["n"];
    DocumentPrevious "document-previous" Document ["N"];
    DocumentWrap "document-wrap" Document ["w"];
    DocumentRead "document-read" Document ["r"];
    DocumentForm "document-form" Document ["t"];
    DocumentManaged "document-managed" Document ["m"];
    DocumentWarnings "document-warnings" Document ["x"];
    RolloutDiff "rollout-diff" Rollouts ["enter" "d"];
    RolloutDiffPrevious "rollout-diff-previous" Rollouts ["p"];
    PickerUp "picker-up" Picker ["k" "up" "ctrl-k"];
    PickerDown "picker-down" Picker ["j" "down" "ctrl-j"];
    PickerAccept "picker-accept" Picker ["enter"];
    PickerToggle "picker-toggle" Picker ["space"];
    TextAccept "text-accept" Text ["enter"];
    TextCancel "text-cancel" Text ["esc" "ctrl-c" "ctrl-g"];
    TextUp "text-up" Text ["up" "ctrl-p"];
    TextDown "text-down" Text ["down" "ctrl-n"];
    TextNext "text-next" Text ["tab"];
    TextPrevious "text-previous" Text ["backtab"];
    TextPageUp "text-page-up" Text ["pageup"];
    TextPageDown "text-page-down" Text ["pagedown"];
    TextLeft "text-left" Text ["left" "ctrl-b"];
    TextRight "text-right" Text ["right" "ctrl-f"];
    TextHome "text-home" Text ["home" "ctrl-a"];
    TextEnd "text-end" Text ["end" "ctrl-e"];
    TextBackspace "text-backspace" Text ["backspace" "ctrl-h"];
    TextDelete "text-delete" Text ["delete" "ctrl-d"];
    TextDeleteWord "text-delete-word" Text ["ctrl-w"];
    TextDeleteToStart "text-delete-to-start" Text ["ctrl-u"];
    TextDeleteToEnd "text-delete-to-end" Text ["ctrl-k"];
}

impl Command {
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|command| command.id() == id)
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

macro_rules! why_not {
    ($($(#[$doc:meta])* $variant:ident $id:literal;)*) => {
        /// Why a command can't be done now; each is a text `why-not-<id>` of `i18n`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum WhyNot {
            $($(#[$doc])* $variant,)*
        }

        impl WhyNot {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }
        }
    };
}

why_not! {
    NothingSelected "nothing-selected";
    NotHere "not-here";
    NoFilter "no-filter";
    NoChartForThis "no-chart-for-this";
    NoClipboardCommand "no-clipboard-command";
    NoPack "no-pack";
    NoPods "no-pods";
    NoSignIn "no-sign-in";
    /// What is selected stands for no single object.
    NoObject "no-object";
    /// It keeps no revisions.
    NoRollouts "no-rollouts";
    /// There is no revision to compare with.
    NoOtherRevision "no-other-revision";
    /// Nothing is looked for.
    NoSearch "no-search";
    /// The server offers no list of this kind.
    NotListed "not-listed";
    /// The rules of the person do not allow it.
    Forbidden "forbidden";
    NoPrometheus "no-prometheus";
    NoPodHere "no-pod-here";
    /// A demo has one desk.
    OnlyDemo "only-demo";
    NoOtherDesk "no-other-desk";
    NoHit "no-hit";
    NotATime "not-a-time";
    RunIsOver "run-is-over";
    RunGoesOn "run-goes-on";
    CancelAsked "cancel-asked";
    NoUndo "no-undo";
    NothingDone "nothing-done";
    AlreadyUndone "already-undone";
    NoRun "no-run";
    /// No step of the run waits for a person.
    NothingAsked "nothing-asked";
    NothingUnknown "nothing-unknown";
    NoDrill "no-drill";
    /// The pack has no checks.
    NoRoutine "no-routine";
    /// What is expected is judged by what is read: nobody says how it is.
    NotAsked "not-asked";
    /// It is not due now.
    NotDue "not-due";
    /// The pack has no hooks, lights or gates.
    NoGuards "no-guards";
    /// Nobody is asked about it.
    NotATick "not-a-tick";
    /// All there is to it stands here.
    NothingBehind "nothing-behind";
    /// Nothing failed that proposes something.
    NothingProposed "nothing-proposed";
    /// Somebody takes care of it.
    Acknowledged "acknowledged";
    NotAcknowledged "not-acknowledged";
    /// The pack names nobody to call.
    NobodyToCall "nobody-to-call";
    NoLedger "no-ledger";
    ReadOnly "read-only";
    /// Nothing is there to go through.
    NoLines "no-lines";
    LogEndsBefore "log-ends-before";
    LogBeginsLater "log-begins-later";
    NoIncident "no-incident";
    IncidentOpen "incident-open";
    IncidentClosed "incident-closed";
    /// Its review is written.
    IncidentReviewed "incident-reviewed";
    /// The pack names no roles.
    NoRoles "no-roles";
    /// The pack has no impact form.
    NoForm "no-form";
    /// The pack has no template for it.
    NoTemplate "no-template";
    NoLadder "no-ladder";
    TopOfLadder "top-of-ladder";
    /// What the next rung asks for does not hold.
    GateShut "gate-shut";
    GateUnknown "gate-unknown";
    NoWatch "no-watch";
    /// The ladder back is not climbed yet.
    LadderFirst "ladder-first";
    /// No period is over yet.
    WatchGoesOn "watch-goes-on";
    AllWatched "all-watched";
    NoFlow "no-flow";
    FlowEnded "flow-ended";
    /// The flow keeps nothing from being done now, or nobody may lift that.
    NotFrozen "not-frozen";
    /// The pack has the flow no longer.
    FlowGone "flow-gone";
    StepSettled "step-settled";
    /// Another stage comes first.
    StageAhead "stage-ahead";
    NotCalled "not-called";
    CheckFails "check-fails";
    CheckUnknown "check-unknown";
    /// Somebody signed it.
    HandoverTaken "handover-taken";
    /// Nobody handed the shift over.
    HandoverNotGiven "handover-not-given";
    /// Who handed it over can't take it.
    HandoverOwn "handover-own";
    HandoverSigned "handover-signed";
    /// What its form wants to know is on its way.
    HandoverReading "handover-reading";
    HandoverNoFields "handover-no-fields";
    /// The server does not say who sits here.
    WhoUnknown "who-unknown";
    /// What is on the screen is over.
    ThePast "the-past";
    NoRecord "no-record";
    NoOtherRecord "no-other-record";
    /// No mark of this kind lies that way.
    NoMark "no-mark";
    /// The program was opened for a record, and nothing is below it.
    OnlyTheRecord "only-the-record";
}
