//! The shape of a scenario file, as it is written.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A text in both languages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Both {
    pub en: String,
    pub zh: String,
}

/// A whole scenario, after its ancestors were merged in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScenarioFile {
    pub title: Both,
    /// The pack whose watchlist this world answers; the prefix of its ids.
    pub pack: String,
    /// The name of the kubeconfig context it is reached by.
    #[serde(default = "production")]
    pub context: String,
    /// The zone that programs tell the time in.
    #[serde(default = "china")]
    pub zone: String,
    pub namespace: String,
    #[serde(default)]
    pub namespaces: Vec<String>,
    /// The `ConfigMap` that `flag(…)` reads.
    #[serde(default)]
    pub flags: String,
    /// In a still world nothing moves: no noise, no daily curve, no time line after the start.
    #[serde(default)]
    pub still: bool,
    /// The hour of the day that the start plays at.
    #[serde(default = "afternoon")]
    pub hour: f64,
    #[serde(default)]
    pub node: BTreeMap<String, NodeFile>,
    #[serde(default)]
    pub workload: BTreeMap<String, WorkloadFile>,
    /// Any other object of the cluster, as JSON would say it.
    #[serde(default)]
    pub object: BTreeMap<String, toml::Table>,
    #[serde(default)]
    pub param: BTreeMap<String, f64>,
    #[serde(default)]
    pub signal: BTreeMap<String, String>,
    #[serde(default)]
    pub queue: BTreeMap<String, QueueFile>,
    #[serde(default)]
    pub source: BTreeMap<String, SourceFile>,
    #[serde(default)]
    pub slo: BTreeMap<String, SloFile>,
    #[serde(default)]
    pub id: BTreeMap<String, IdFile>,
    #[serde(default)]
    pub alert: BTreeMap<String, AlertFile>,
    #[serde(default)]
    pub inhibit: BTreeMap<String, InhibitFile>,
    pub route: RouteFile,
    #[serde(default)]
    pub silence: BTreeMap<String, SilenceFile>,
    #[serde(default)]
    pub fault: BTreeMap<String, FaultFile>,
    #[serde(default)]
    pub log: BTreeMap<String, LogFile>,
    /// Programs, and servers outside of the cluster, by what they are asked.
    #[serde(default)]
    pub program: BTreeMap<String, ProgramFile>,
    /// What they remember at the start.
    #[serde(default)]
    pub kept: BTreeMap<String, String>,
    #[serde(default)]
    pub at: Vec<MomentFile>,
}

fn production() -> String {
    "prod".to_owned()
}

fn china() -> String {
    "Asia/Shanghai".to_owned()
}

fn afternoon() -> f64 {
    14.5
}

/// A node of the cluster.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeFile {
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    pub created: String,
}

/// A workload, its images so far and what its pods use.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkloadFile {
    #[serde(default = "deployment")]
    pub kind: String,
    pub replicas: u32,
    pub image: String,
    #[serde(default)]
    pub containers: Vec<String>,
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    pub cpu_limit: Option<String>,
    pub memory_limit: Option<String>,
    pub schedule: Option<String>,
    #[serde(default = "some_seconds")]
    pub ready_after: u32,
    pub created: String,
    #[serde(default)]
    pub history: Vec<RevisionFile>,
    #[serde(default)]
    pub runs: Vec<RunFile>,
    /// Millicores of each pod, a formula.
    pub cpu: Option<String>,
    /// MiB of each pod, a formula.
    pub memory: Option<String>,
}

fn deployment() -> String {
    "Deployment".to_owned()
}

fn some_seconds() -> u32 {
    12
}

/// An earlier image and when it was rolled out.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevisionFile {
    pub image: String,
    pub at: String,
}

/// An earlier run of a `CronJob`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunFile {
    pub at: String,
    #[serde(default)]
    pub failed: bool,
}

/// A queue: what comes in and what the workers could take, both per second.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueFile {
    pub offered: String,
    pub capacity: String,
    /// Depth at the start of the pre-roll.
    #[serde(default)]
    pub depth: f64,
    /// Seconds a job is being worked on: so many of them count into the depth of an idle queue.
    #[serde(default)]
    pub in_flight: f64,
    /// Age of the oldest job of an idle queue.
    #[serde(default)]
    pub floor: f64,
}

/// An exporter: while `up` is false, what it exports has no data.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceFile {
    pub up: String,
}

/// An objective: rates of errors and of all, and what they were before the history begins.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SloFile {
    pub errors: String,
    pub total: String,
    #[serde(default)]
    pub source: Option<String>,
    pub before: BeforeFile,
}

/// What the long windows of an objective hold from before the history.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BeforeFile {
    /// All per second.
    pub total: f64,
    /// Share of errors on an ordinary day.
    pub errors: f64,
    /// Shares of particular days, by how many days before the start they were.
    #[serde(default)]
    pub days: BTreeMap<String, f64>,
}

/// What answers an id of the watchlist.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdFile {
    /// A signal, a parameter or a field of a queue.
    pub of: Option<String>,
    /// The share of good (`ok`) or bad (`bad`) events of an objective over the window.
    pub ok: Option<String>,
    pub bad: Option<String>,
    /// The window: the mean of `of` over it. Without it `of` is taken as it is.
    pub over: Option<String>,
    pub source: Option<String>,
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
}

/// An alerting rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertFile {
    #[serde(default = "group")]
    pub group: String,
    /// The `PromQL` a person reads; the world evaluates `when`.
    pub expr: String,
    pub when: String,
    /// What `$value` is.
    pub value: String,
    #[serde(default)]
    pub r#for: String,
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

fn group() -> String {
    "glancy".to_owned()
}

/// An inhibition rule of the Alertmanager.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InhibitFile {
    pub source: Vec<String>,
    pub target: Vec<String>,
    #[serde(default)]
    pub equal: Vec<String>,
}

/// Who the Alertmanager tells: the first child that matches, else the root's receiver.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteFile {
    pub receiver: String,
    #[serde(default)]
    pub group_by: Vec<String>,
    #[serde(default)]
    pub child: BTreeMap<String, ChildRouteFile>,
}

/// A route of its own for the alerts that match.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChildRouteFile {
    pub matchers: Vec<String>,
    pub receiver: String,
}

/// A silence that somebody had made before the start.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SilenceFile {
    pub matchers: Vec<String>,
    pub from: String,
    pub until: String,
    pub by: String,
    pub comment: String,
}

/// A fault of pods, played while `when` is true.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultFile {
    pub workload: String,
    pub when: String,
    pub kind: FaultKind,
    pub only_image: Option<String>,
    pub only_pod: Option<String>,
    #[serde(default = "everything")]
    pub share: f64,
    #[serde(default = "five_minutes")]
    pub every: u32,
    #[serde(default = "one")]
    pub code: i32,
    #[serde(default)]
    pub message: String,
}

fn everything() -> f64 {
    1.0
}

fn five_minutes() -> u32 {
    300
}

fn one() -> i32 {
    1
}

/// The kinds of faults, as a file names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    OomLoop,
    CrashLoop,
    NotReady,
    ImagePull,
    Unschedulable,
}

/// Lines that a workload writes while `when` is true.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogFile {
    pub workload: String,
    pub container: Option<String>,
    pub every: String,
    #[serde(default = "always")]
    pub when: String,
    /// `{name}` is replaced by the value of a signal.
    pub lines: Vec<String>,
    #[serde(default)]
    pub every_pod: bool,
}

fn always() -> String {
    "1".to_owned()
}

/// Something that happens at a time relative to the start.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MomentFile {
    pub t: String,
    #[serde(default)]
    pub set: BTreeMap<String, f64>,
    /// How long the parameters take to get there.
    #[serde(default)]
    pub over: String,
    pub roll_out: Option<RollOutFile>,
    pub scale: Option<ScaleFile>,
    pub node: Option<NodeStateFile>,
    pub event: Option<EventFile>,
    pub config: Option<ConfigFile>,
}

/// A rollout to another image, as a deploy pipeline would do it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RollOutFile {
    pub workload: String,
    pub image: String,
    pub by: String,
}

/// A change of how many pods a workload wants.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScaleFile {
    pub workload: String,
    pub replicas: u32,
    pub by: String,
}

/// A node that becomes ready or stops being so.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeStateFile {
    pub name: String,
    pub ready: bool,
    #[serde(default)]
    pub message: String,
}

/// An Event that the cluster writes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventFile {
    pub workload: String,
    #[serde(default)]
    pub warning: bool,
    pub reason: String,
    pub message: String,
}

/// A key of the scenario's `ConfigMap` that somebody sets.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigFile {
    pub key: String,
    pub value: String,
    pub by: String,
}

/// What answers some words, and what that does to the world. In its texts `{name}` is a word that was caught, the value of
/// a name of the scenario, `{config:KEY}` of the `ConfigMap`, `{kept:KEY}` of what programs remember, `{now}` the seconds of
/// the clock or `{now:%Y%m%d}` its date.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgramFile {
    /// `command configctl feature set <key> <value>`: the kind of step, then its words. `<name>` catches one, `...` as many
    /// as there are up to the next that fits; `*.sql` is any that ends so.
    pub words: Vec<String>,
    /// It answers only while this is true; of several the first by name.
    #[serde(default = "always")]
    pub when: String,
    #[serde(default)]
    pub out: Vec<String>,
    #[serde(default)]
    pub err: Vec<String>,
    /// What it adds meanwhile to the log its step follows.
    #[serde(default)]
    pub follow: Vec<String>,
    #[serde(default)]
    pub code: i32,
    /// Real seconds it takes.
    #[serde(default)]
    pub takes: f64,
    /// Parameters it sets, and how long they take to get there.
    #[serde(default)]
    pub set: BTreeMap<String, String>,
    #[serde(default)]
    pub over: String,
    #[serde(default)]
    pub config: BTreeMap<String, String>,
    #[serde(default)]
    pub keep: BTreeMap<String, String>,
    pub roll_out: Option<RollOutFile>,
    pub scale: Option<ScaleFile>,
}
