//! What the scenario (`sim/world`) may see and do in the embedded cluster (`sim/kubernetes`), and the other way round.
//!
//! The cluster knows objects, controllers and faults of pods; the scenario knows load, rates, queues and what a fault
//! does to them. Neither knows the other's insides. All times are simulated times: they come from `sim/clock.rs`.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// Names one workload of the embedded cluster.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorkloadRef {
    pub namespace: String,
    /// `Deployment`, `StatefulSet`, `DaemonSet` or `CronJob`.
    pub kind: String,
    pub name: String,
}

/// How a workload is to be made when the scenario starts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WorkloadSpec {
    pub replicas: u32,
    pub image: String,
    /// Container names; the first is the main one. Empty means one container named `main`.
    pub containers: Vec<String>,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    pub env: BTreeMap<String, String>,
    pub cpu_limit: Option<String>,
    pub memory_limit: Option<String>,
    /// Cron schedule, for a `CronJob`.
    pub schedule: Option<String>,
    /// Seconds a new pod takes to become ready.
    pub ready_after: u32,
    /// When the workload was created (its first revision).
    pub created: Option<Timestamp>,
    /// Earlier images, oldest first, each with the time of its rollout: become old `ReplicaSet`s and revisions.
    pub history: Vec<(String, Timestamp)>,
    /// Runs of a `CronJob` before now, oldest first; the schedule is moved to the minute of the last. Empty means those
    /// of the schedule, all of which went well.
    pub runs: Vec<PastRun>,
}

/// A run of a `CronJob` that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastRun {
    pub at: Timestamp,
    /// It took longer than it may.
    pub failed: bool,
}

/// What the scenario reads of a workload at each step.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WorkloadNow {
    pub desired: u32,
    pub ready: u32,
    pub image: String,
    pub revision: u64,
    pub env: BTreeMap<String, String>,
    pub restarted_at: Option<String>,
    /// Pods that run the newest template and are ready.
    pub updated_ready: u32,
}

/// A fault that the cluster plays on pods of a workload, as the kubelet would report it.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// `OOMKilled`, exit 137, restart with back-off; on `share` of the pods, one death every `every` seconds each.
    OomLoop { share: f64, every: u32 },
    /// Exits with `code`, back-off grows to `CrashLoopBackOff`.
    CrashLoop {
        share: f64,
        code: i32,
        message: String,
    },
    /// Running but the readiness probe fails.
    NotReady { share: f64, message: String },
    /// `ErrImagePull` / `ImagePullBackOff` on new pods.
    ImagePull { message: String },
    /// New pods stay Pending.
    Unschedulable { message: String },
}

/// The embedded cluster as the scenario sees it.
pub trait ClusterPort: Send + Sync {
    fn create_node(&self, name: &str, labels: &BTreeMap<String, String>, created: Timestamp);
    fn create_namespace(&self, name: &str, created: Timestamp);
    fn create_workload(&self, at: &WorkloadRef, spec: &WorkloadSpec);
    /// Any other object (`Service`, `ConfigMap`, HPA …), as JSON with `apiVersion`, kind and metadata.
    fn create_object(&self, object: serde_json::Value);
    fn workload(&self, at: &WorkloadRef) -> Option<WorkloadNow>;
    /// `only_image`: the fault holds only for pods of that image, so that a rollback heals.
    fn set_fault(&self, at: &WorkloadRef, fault: Fault, only_image: Option<&str>);
    /// The fault that is played on a workload strikes this one of its pods alone.
    fn confine_fault(&self, _at: &WorkloadRef, _pod: &str) {}
    fn clear_fault(&self, at: &WorkloadRef);
    /// A rollout to another image, as a deploy pipeline would do it.
    fn roll_out(&self, at: &WorkloadRef, image: &str, by: &str);
    fn scale(&self, at: &WorkloadRef, replicas: u32, by: &str);
    fn set_node_ready(&self, name: &str, ready: bool, message: &str);
    fn set_config(&self, namespace: &str, config_map: &str, key: &str, value: &str, by: &str);
    /// The value of a key of a `ConfigMap`, so that switches change how the world behaves.
    fn config(&self, _namespace: &str, _config_map: &str, _key: &str) -> Option<String> {
        None
    }
    /// How many rules an Ingress has, so that traffic follows them.
    fn rules(&self, _namespace: &str, _ingress: &str) -> Option<usize> {
        None
    }
    /// A Kubernetes Event on a workload.
    fn event(&self, at: &WorkloadRef, warning: bool, reason: &str, message: &str);
    /// A log line of every pod (or of one in turn) of the workload.
    fn log(&self, at: &WorkloadRef, container: &str, line: &str, every_pod: bool);
    /// CPU in millicores and memory in MiB that each pod of the workload uses now (metrics.k8s.io).
    fn set_usage(&self, at: &WorkloadRef, cpu_millicores: u32, memory_mib: u32);
    /// Creates `count` plain pods spread over workloads named `filler-N`, for load tests.
    fn fill(&self, namespace: &str, count: usize, now: Timestamp);
    /// Touches the status of `count` of the filler pods (restart counts, conditions), for load tests.
    fn churn(&self, count: usize, now: Timestamp);
    /// Lets the controllers run up to `now`: pods start, become ready, die, are replaced.
    fn step(&self, now: Timestamp);
}
