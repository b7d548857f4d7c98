//! The API server: found, reached, believed; who asks, and what each pane needs.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;

use crate::{
    domain::{
        desk::Namespaces,
        freshness::{SourceId, Trouble, TroubleKind},
        shell::quoted,
        time::Clock,
    },
    i18n::{Texts, words},
    sources::kubernetes::{
        Connection, KubeOptions, NoContext, check as check_context, context_of,
        doctor::{self, Access, Subject},
    },
};

use super::{
    check::{Check, Group, Outcome, clock, said},
    limited,
};

/// What the checks of a cluster are made with.
pub(super) struct Cluster<'a> {
    pub texts: &'a Texts,
    pub options: &'a KubeOptions,
    pub namespaces: &'a Namespaces,
    /// Prometheus is read over an address of its own, not through the API server.
    pub direct: bool,
    pub clock: Arc<dyn Clock>,
    pub limit: Duration,
}

/// A permission that something on the screen is read with.
struct Need {
    id: &'static str,
    group: &'static str,
    resource: &'static str,
    subresource: &'static str,
    verbs: &'static [&'static str],
    /// Not of a namespace.
    cluster: bool,
    /// Without it a pane stays empty.
    must: bool,
    /// The cluster's own role `view` has it.
    viewed: bool,
}

/// The group of what pods use now.
const METRICS: &str = "metrics.k8s.io";

const WATCH: &[&str] = &["list", "watch"];

const fn need(id: &'static str, group: &'static str, verbs: &'static [&'static str]) -> Need {
    Need {
        id,
        group,
        resource: id,
        subresource: "",
        verbs,
        cluster: false,
        must: false,
        viewed: true,
    }
}

const NEEDS: [Need; 11] = [
    Need {
        must: true,
        ..need("pods", "", WATCH)
    },
    need("deployments", "apps", WATCH),
    need("statefulsets", "apps", WATCH),
    need("daemonsets", "apps", WATCH),
    need("events", "", WATCH),
    Need {
        resource: "pods",
        subresource: "log",
        ..need("pods/log", "", &["get"])
    },
    need("replicasets", "apps", &["list"]),
    need("configmaps", "", &["list"]),
    Need {
        id: "pod-metrics",
        viewed: false,
        ..need("pods", METRICS, &["get", "list"])
    },
    Need {
        cluster: true,
        viewed: false,
        ..need("nodes", "", WATCH)
    },
    Need {
        resource: "services",
        subresource: "proxy",
        viewed: false,
        ..need("services/proxy", "", &["get"])
    },
];

impl Cluster<'_> {
    fn check(&self, id: &str, key: &str, result: Outcome, detail: impl Into<String>) -> Check {
        let subject = self.texts.t(key).to_owned();
        Check::new(Group::Kubernetes, id, &subject, result, detail.into())
    }

    /// `kubectl` on the same cluster.
    fn kubectl(&self, rest: &str) -> String {
        let mut command = "kubectl".to_owned();
        if let Some(file) = &self.options.kubeconfig {
            command.push_str(" --kubeconfig ");
            command.push_str(&quoted(&file.display().to_string()));
        }
        if let Some(context) = &self.options.context {
            command.push_str(" --context ");
            command.push_str(&quoted(context));
        }
        format!("{command} {rest}")
    }

    /// All checks, in the order in which one depends on another.
    pub async fn checks(&self, files: &[std::path::PathBuf]) -> Vec<Check> {
        let mut checks = Vec::new();
        let found = self.found(files, &mut checks);
        if !found {
            return checks;
        }
        let opening = Connection::open(self.options, Arc::clone(&self.clock));
        let connection = match limited(self.limit, opening).await {
            Ok(connection) => connection,
            Err(trouble) => {
                let check = self.failed("credentials", "doctor-credentials", &trouble);
                checks.push(check.mend(self.kubectl("auth whoami")));
                return checks;
            }
        };
        let (version, subject, metrics, allowed) = tokio::join!(
            limited(self.limit, doctor::version(&connection)),
            limited(self.limit, doctor::subject(&connection)),
            limited(self.limit, doctor::serves(&connection, METRICS)),
            self.allowed(&connection),
        );
        let heard = self.server(&connection, &version, &mut checks);
        if !heard {
            return checks;
        }
        self.identity(&subject, &mut checks);
        if let Ok(version) = &version {
            checks.push(self.check("version", "doctor-version", Outcome::Ok, version));
        }
        let ahead = doctor::ahead(&connection);
        checks.push(clock(self.texts, Group::Kubernetes, "clock", ahead));
        if let Ok(subject) = &subject {
            let needs = NEEDS.iter().zip(allowed);
            checks.extend(needs.map(|(need, refused)| {
                if need.group == METRICS && metrics == Ok(false) {
                    let detail = self.texts.t("doctor-metrics-none").to_owned();
                    return Check::new(
                        Group::Kubernetes,
                        need.id,
                        need.id,
                        Outcome::Skipped,
                        detail,
                    );
                }
                self.permission(need, refused, subject)
            }));
        }
        checks
    }

    fn failed(&self, id: &str, key: &str, trouble: &Trouble) -> Check {
        let name = self.texts.t("doctor-api-server");
        let detail = said(self.texts, name, trouble);
        self.check(id, key, Outcome::Failed, detail).of(trouble)
    }

    /// The kubeconfig and its context; whether there is something to connect to.
    fn found(&self, files: &[std::path::PathBuf], checks: &mut Vec<Check>) -> bool {
        let there: Vec<String> = files
            .iter()
            .filter(|file| file.exists())
            .map(|file| file.display().to_string())
            .collect();
        if let Err(NoContext::Unreadable(why)) = check_context(self.options) {
            let check = self.check("kubeconfig", "doctor-kubeconfig", Outcome::Failed, why);
            checks.push(cut_off(check).mend("kubectl config view"));
            return false;
        }
        let in_cluster = std::env::var_os("KUBERNETES_SERVICE_HOST").is_some();
        if there.is_empty() && !in_cluster {
            let looked: Vec<String> = files
                .iter()
                .map(|file| file.display().to_string())
                .collect();
            let args = [("files", looked.join(", ").into())];
            let detail = self.texts.with("doctor-kubeconfig-none", &args);
            let check = self.check("kubeconfig", "doctor-kubeconfig", Outcome::Failed, detail);
            checks.push(cut_off(check).mend("export KUBECONFIG=/path/to/kubeconfig"));
            return false;
        }
        let detail = if there.is_empty() {
            self.texts.t("doctor-in-cluster").to_owned()
        } else {
            there.join(", ")
        };
        checks.push(self.check("kubeconfig", "doctor-kubeconfig", Outcome::Ok, detail));
        if let Err(NoContext::Unknown { name, known }) = check_context(self.options) {
            let mut detail = self
                .texts
                .with("error-unknown-context", &[("name", name.as_str().into())]);
            let known = [("names", known.join(", ").into())];
            detail.push_str("; ");
            detail.push_str(&self.texts.with("error-known-contexts", &known));
            let check = self.check("context", "doctor-context", Outcome::Failed, detail);
            checks.push(cut_off(check).mend("kubectl config get-contexts"));
            return false;
        }
        match context_of(self.options) {
            Some(context) => {
                let namespace = context.namespace.unwrap_or_else(|| "default".to_owned());
                let detail = format!("{}, {namespace}", context.name);
                checks.push(self.check("context", "doctor-context", Outcome::Ok, detail));
                true
            }
            None if in_cluster => true,
            None => {
                let detail = self.texts.t("doctor-context-none").to_owned();
                let check = self.check("context", "doctor-context", Outcome::Failed, detail);
                checks.push(cut_off(check).mend("kubectl config use-context NAME"));
                false
            }
        }
    }

    /// Whether the server answers, and whether it is the right one; whether anybody is there to ask further.
    fn server(
        &self,
        connection: &Connection,
        version: &Result<String, Trouble>,
        checks: &mut Vec<Check>,
    ) -> bool {
        let server = connection.server.trim_end_matches('/');
        let secure = server.starts_with("https:");
        let tls = |result, detail: String| self.check("tls", "TLS", result, detail);
        let ok = |detail: &str| self.check("server", "doctor-server", Outcome::Ok, detail);
        let trouble = match version {
            Err(trouble) if is_away(trouble) => trouble,
            _ => {
                checks.push(ok(server));
                checks.push(if secure {
                    tls(Outcome::Ok, self.texts.t("doctor-tls-ok").to_owned())
                } else {
                    tls(Outcome::Warn, self.texts.t("doctor-tls-none").to_owned())
                });
                return true;
            }
        };
        if secure && is_of_tls(trouble) {
            checks.push(ok(server));
            let mut check = tls(Outcome::Failed, trouble.detail.clone()).of(trouble);
            check.cut_off = true;
            checks.push(check.mend(self.kubectl(
                "config set-cluster CLUSTER --embed-certs --certificate-authority=/path/to/ca.crt",
            )));
        } else {
            let mut check = self.failed("server", "doctor-server", trouble);
            check.cut_off = true;
            let address = quoted(&format!("{server}/version"));
            checks.push(check.mend(format!("curl -vk {address}")));
        }
        false
    }

    fn identity(&self, subject: &Result<Subject, Trouble>, checks: &mut Vec<Check>) {
        checks.push(match subject {
            Ok(subject) => {
                let groups = subject.groups.join(", ");
                let detail = format!("{} ({groups})", subject.name);
                self.check("identity", "doctor-identity", Outcome::Ok, detail)
            }
            // Servers before 1.28 have no such review.
            Err(trouble) if trouble.kind == TroubleKind::Absent => {
                let detail = self.texts.t("doctor-identity-old").to_owned();
                self.check("identity", "doctor-identity", Outcome::Unknown, detail)
            }
            Err(trouble) => {
                let check = self.failed("identity", "doctor-identity", trouble);
                check.mend(self.kubectl("auth whoami"))
            }
        });
    }

    /// The refused verbs of each need, with the namespaces they are refused in.
    async fn allowed(&self, connection: &Connection) -> Vec<Result<Vec<String>, Trouble>> {
        join_all(NEEDS.iter().map(|need| self.refused(connection, need))).await
    }

    async fn refused(&self, connection: &Connection, need: &Need) -> Result<Vec<String>, Trouble> {
        let mut refused = Vec::new();
        for namespace in self.scopes(need) {
            for verb in need.verbs {
                let access = Access {
                    verb,
                    group: need.group,
                    resource: need.resource,
                    subresource: need.subresource,
                    namespace,
                };
                if !limited(self.limit, doctor::may(connection, access)).await? {
                    refused.push(match namespace {
                        Some(namespace) => format!("{verb} ({namespace})"),
                        None => (*verb).to_owned(),
                    });
                }
            }
        }
        Ok(refused)
    }

    fn scopes(&self, need: &Need) -> Vec<Option<&str>> {
        match self.namespaces {
            Namespaces::Some(names) if !need.cluster => {
                names.iter().map(|name| Some(name.as_str())).collect()
            }
            _ => vec![None],
        }
    }

    fn permission(
        &self,
        need: &Need,
        refused: Result<Vec<String>, Trouble>,
        subject: &Subject,
    ) -> Check {
        let check = |result, detail: String| {
            Check::new(Group::Kubernetes, need.id, need.id, result, detail)
        };
        let refused = match refused {
            Ok(refused) => refused,
            Err(trouble) => {
                let name = self.texts.t(words::source(SourceId::Pods));
                return check(Outcome::Unknown, said(self.texts, name, &trouble));
            }
        };
        if refused.is_empty() {
            let verbs = need.verbs.join(", ");
            return check(
                Outcome::Ok,
                self.texts.with("doctor-may", &[("verbs", verbs.into())]),
            );
        }
        let args = [("verbs", refused.join(", ").into())];
        let detail = self.texts.with("doctor-may-not", &args);
        if need.subresource == "proxy" {
            let key = if self.direct {
                "doctor-proxy-unused"
            } else {
                "doctor-proxy-denied"
            };
            return check(Outcome::Skipped, self.texts.t(key).to_owned());
        }
        let result = if need.must {
            Outcome::Failed
        } else {
            Outcome::Warn
        };
        let mut check = check(result, detail);
        check.freshness = crate::app::snapshot::Freshness::Denied;
        self.grants(need, subject)
            .into_iter()
            .fold(check, Check::mend)
    }

    /// What an administrator types so that it is allowed; the cluster's own role for looking has most of it.
    fn grants(&self, need: &Need, subject: &Subject) -> Vec<String> {
        let who = match subject.name.strip_prefix("system:serviceaccount:") {
            Some(account) => format!("--serviceaccount={}", quoted(account)),
            None => format!("--user={}", quoted(&subject.name)),
        };
        let mut commands = Vec::new();
        let (name, role) = if need.viewed {
            ("quarterdeck-view".to_owned(), "view".to_owned())
        } else {
            let name = format!("quarterdeck-{}", need.id.replace('/', "-"));
            commands.push(format!(
                "kubectl create clusterrole {name} --verb={} --resource={}",
                need.verbs.join(","),
                need.named()
            ));
            (name.clone(), name)
        };
        for scope in self.scopes(need) {
            commands.push(match scope {
                Some(namespace) => format!(
                    "kubectl create rolebinding {name} --clusterrole={role} {who} -n {}",
                    quoted(namespace)
                ),
                None => {
                    format!("kubectl create clusterrolebinding {name} --clusterrole={role} {who}")
                }
            });
        }
        commands
    }
}

impl Need {
    /// As kubectl names it: `pods.metrics.k8s.io`, `services/proxy`.
    fn named(&self) -> String {
        let mut name = self.resource.to_owned();
        for (mark, more) in [('.', self.group), ('/', self.subresource)] {
            if !more.is_empty() {
                name.push(mark);
                name.push_str(more);
            }
        }
        name
    }
}

fn cut_off(mut check: Check) -> Check {
    check.cut_off = true;
    check
}

/// Whether nobody answered, or somebody who is no API server.
const fn is_away(trouble: &Trouble) -> bool {
    matches!(
        trouble.kind,
        TroubleKind::Unreachable | TroubleKind::TimedOut | TroubleKind::NotTheApi
    )
}

fn is_of_tls(trouble: &Trouble) -> bool {
    let said = trouble.detail.to_ascii_lowercase();
    ["certificate", "tls", "handshake", "corrupt message"]
        .iter()
        .any(|word| said.contains(word))
}
