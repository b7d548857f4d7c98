//! What conditions may say: every name with its type and an example.

use std::fmt::Write as _;

/// What a name comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Gives {
    Number,
    Light,
    Truth,
    Words,
    /// Whatever was read or given.
    Given,
}

/// Whose conditions may say it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Whose {
    Everybodys,
    /// Not those of a hook.
    Watched,
    /// Of actions, checks, flows, incidents and the handover.
    Actions,
    /// Of hooks alone.
    Hooks,
}

/// One thing a condition may say.
pub(super) struct Term {
    /// How it is written, `gauge('ID').value`.
    pub spelled: &'static str,
    pub gives: Gives,
    pub whose: Whose,
    pub about: &'static str,
    /// A whole condition that says it.
    pub example: &'static str,
}

macro_rules! terms {
    ($count:literal; $($whose:ident $gives:ident $spelled:literal, $example:literal, $about:literal;)*) => {
        /// All of it.
        pub(super) static TERMS: [Term; $count] = [$(Term {
            spelled: $spelled,
            gives: Gives::$gives,
            whose: Whose::$whose,
            about: $about,
            example: $example,
        }),*];
    };
}

terms! {
    39;
    Watched Number "probe('ID')", "probe('errors') > 0.01", "The newest value of a probe.";
    Watched Number "gauge('ID').value", "gauge('errors').value <= 0.01", "The value of a gauge.";
    Watched Number "gauge('ID').change", "gauge('errors').change < 0.0", "How much it rose from one window to the next.";
    Watched Light "gauge('ID').light", "gauge('errors').light == 'red'", "Its colour; it must have `good`.";
    Watched Number "slo('ID').good", "slo('lookup').good < 0.995", "The share that was good over 5 minutes.";
    Watched Number "slo('ID').errors", "slo('lookup').errors > 0.01", "The share that was not.";
    Watched Number "slo('ID').budget_left", "slo('lookup').budget_left < 0.1", "The share of the budget that is left.";
    Watched Light "slo('ID').light", "slo('lookup').light != 'green'", "Its colour.";
    Watched Number "queue('ID').depth", "queue('orders').depth > 1000.0", "How many wait.";
    Watched Number "queue('ID').oldest", "queue('orders').oldest > 300.0", "How long the oldest has waited, in seconds; 0 where none waits.";
    Watched Number "queue('ID').rate_in", "queue('orders').rate_in > queue('orders').rate_out", "How many come in a second.";
    Watched Number "queue('ID').rate_out", "queue('orders').rate_out > queue('orders').rate_in", "How many are worked off in a second.";
    Watched Light "queue('ID').light", "queue('orders').light == 'green'", "Its colour.";
    Watched Light "hook('ID').light", "hook('errors').light == 'red'", "The colour of a hook in its newest whole window.";
    Watched Light "gate('ID').light", "gate('go').light == 'green'", "The colour of a gate.";
    Watched Number "gate('ID').weight", "gate('go').weight <= 15.0", "The weight the pack gives it.";
    Watched Light "light('ID')", "light('release') != 'red'", "The colour of a light that is written above.";
    Watched Truth "in_window('ID')", "in_window('maintenance')", "Whether it is now within hours with a name.";
    Everybodys Number "now", "now > 1767225600.0", "The moment it is judged, in seconds since 1970.";
    Hooks Number "NAME", "cost >= 0.8 && cost < 1.2", "What the hook observes under this name.";
    Actions Number "ready(target)", "ready(target) == desired(target)", "How many pods of an object are ready: `target`, or `'deployment/web'`.";
    Actions Number "desired(target)", "desired('deployment/web') < 48", "How many pods it is to have.";
    Actions Number "updated(target)", "updated(target) == desired(target)", "How many pods are of its newest revision.";
    Actions Truth "exists(target)", "!exists('pod/web-0')", "Whether the object is there.";
    Actions Truth "cordoned(target)", "cordoned('node/a')", "Whether no new pods come to a node.";
    Actions Number "workload('OBJECT').ready", "workload('deployment/web').ready >= 1", "The same as `ready('OBJECT')`; `desired`, `updated` and `exists` too.";
    Actions Truth "done('ACTION', SECONDS)", "done('backup', 3600.0)", "Whether an action ended well within so many seconds.";
    Actions Truth "verified('ACTION', SECONDS)", "!verified('backup', 3600.0)", "Whether it was verified within so many seconds.";
    Actions Truth "flag('PROBE')", "flag('errors') == false", "Whether a probe is anything but 0.";
    Actions Light "check('ID').light", "check('health').light != 'red'", "What a check came to last.";
    Actions Number "check('ID').age", "check('health').age < 86400.0", "How many seconds ago it was done.";
    Actions Given "params.NAME", "params.replicas > 2", "What the action is given; a duration in seconds.";
    Actions Given "before.READ.FIELD", "before.stage.weight < 50", "What was read before it: by `read`, or by the step itself (`before.replicas`).";
    Actions Given "saved.STEP.FIELD", "saved.dump.rows > 0", "What a step saved; in `verify` and `undo`.";
    Actions Words "env.NAME", "env.cluster != 'staging'", "A value of the environment the desk is.";
    Actions Words "target", "target == 'web'", "The name of what the action is aimed at.";
    Actions Truth "incident.open", "incident.open", "Whether an incident is open.";
    Actions Words "incident.severity", "incident.severity == 'sev-1'", "The severity of the gravest that is open, or `'none'`.";
    Actions Truth "VALUE in [LIST]", "params.replicas in [2, 4, 8]", "Whether a value of the action is one of these.";
}

impl Gives {
    const fn word(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Light => "light",
            Self::Truth => "yes or no",
            Self::Words => "text",
            Self::Given => "what was given",
        }
    }
}

impl Whose {
    const fn word(self) -> &'static str {
        match self {
            Self::Everybodys => "each",
            Self::Watched => "each but of hooks",
            Self::Actions => "of actions, checks, flows, incidents, handover",
            Self::Hooks => "of hooks",
        }
    }
}

const HEAD: &str = "# What conditions may say

Written by `cargo test` (`QUARTERDECK_BLESS=1 cargo test --lib the_vocabulary`), which compiles every example.

Conditions are CEL, the Common Expression Language. What is missing, too old or not a number is not known; a comparison with it is not
known either, and a guard that is not known refuses. `&&` is false where one side is false and `||` true where one side is true, whatever the other is.

- Numbers: `<` `<=` `>` `>=` `==` `!=`, and `+` `-` `*` `/` with numbers that have a point: `288.0`.
- Lights are held against `'green'`, `'yellow'`, `'red'`, `'unknown'` by `==` and `!=`; texts and yes or no by `==` and `!=` too.
- `&&`, `||`, `!`, brackets. Not: `?:`, macros, functions of strings, `in` elsewhere than below.
- Over time: `{ is = 'CEL', for = \"15m\" }`, `{ is = 'CEL', windows = 3, window = \"5m\" }` ([keys](pack-reference.md#condition)); only on what has
  stored values, which an error budget, lights of SLOs, gates, lights and checks, objects, earlier runs and incidents have not.
- Spans of time are seconds.

| what | gives | conditions | what it says | for example |
|---|---|---|---|---|
";

/// All of it as a page.
pub(super) fn page() -> String {
    let mut page = HEAD.to_owned();
    for term in &TERMS {
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} | `{}` |",
            term.spelled,
            term.gives.word(),
            term.whose.word(),
            term.about,
            term.example.replace('|', "\\|"),
        );
    }
    page
}
