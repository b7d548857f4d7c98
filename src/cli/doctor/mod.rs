//! `quarterdeck doctor`: whether everything is there that a watch needs, and how to mend what is not.

mod check;
mod files;
mod http;
mod kubernetes;
mod terminal;

use std::{collections::HashSet, fmt::Write as _, sync::Arc, time::Duration};

use futures::future::join_all;

use crate::{
    app::snapshot::DeskTag,
    config::{Errors, Inputs, Loaded, load},
    domain::{
        desk::{Desk, Namespaces},
        freshness::{Trouble, TroubleKind},
        light::Light,
        settings::{ColourDepth, Glyphs},
        time::Clock,
    },
    i18n::{Texts, width::cells},
    pack::Pack,
    runtime::readers::Plan,
    sources::{http::HttpEndpoint, kubernetes::Wanted},
    ui::glyph,
};

use super::{
    Exit,
    args::{DeskArgs, DoctorArgs},
    clock,
    headless::{face::on_terminal, table::Tint},
    open, packs, say,
};

use self::check::{Check, Findings, Group, Outcome};

/// What was asked, as long as it takes at most.
async fn limited<T>(
    limit: Duration,
    asking: impl Future<Output = Result<T, Trouble>>,
) -> Result<T, Trouble> {
    match tokio::time::timeout(limit, asking).await {
        Ok(answer) => answer,
        Err(_) => Err(Trouble::new(
            TroubleKind::TimedOut,
            format!("no answer within {limit:?}"),
        )),
    }
}

/// Everything the checks look at.
struct Patient {
    inputs: Inputs,
    loaded: Result<Loaded, Errors>,
    texts: Texts,
    plan: Option<Plan>,
    desk: Option<Desk>,
    limit: Duration,
    clock: Arc<dyn Clock>,
}

impl Patient {
    fn new(desk: &DeskArgs, limit: Duration) -> Self {
        let inputs = open::inputs(desk);
        let loaded = load(&inputs);
        let lang = loaded
            .as_ref()
            .map_or_else(|_| inputs.lang(), |loaded| loaded.settings.lang);
        let texts = Texts::new(lang);
        let plan_and_desk = loaded.as_ref().ok().map(|loaded| {
            // A pack that can't be used is told; what needs none is looked at all the same.
            let pack = packs::chosen(loaded, &texts).unwrap_or_else(|_| Pack::generic());
            let plan = open::plan(&loaded.settings, &pack);
            let desk = open::desk_of(&loaded.settings, &pack, &plan);
            (plan, desk)
        });
        let (plan, desk) = plan_and_desk.unzip();
        Self {
            inputs,
            loaded,
            texts,
            plan,
            desk,
            limit,
            clock: clock(),
        }
    }

    /// All checks at once; each has its own limit.
    async fn examine(&self) -> Vec<Check> {
        let (local, terminal, remote) =
            tokio::join!(self.files(), self.terminal(), self.connections());
        let mut checks = local;
        checks.extend(terminal);
        checks.extend(remote);
        let now = self.clock.now().wall;
        for check in &mut checks {
            if check.result != Outcome::Skipped {
                check.as_of = Some(now);
            }
        }
        checks
    }

    /// What lies on disks; a home on a server that hangs must not hang us.
    async fn files(&self) -> Vec<Check> {
        let (inputs, texts) = (self.inputs.clone(), self.texts.clone());
        let loaded = self.loaded.as_ref().ok().cloned();
        let config = files::config(&self.texts, &self.inputs, &self.loaded);
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        let looking = tokio::task::spawn_blocking(move || {
            // Nobody listens any more where it took too long.
            let tell = |check| drop(tell.send(check));
            let settings = loaded.as_ref().map(|loaded| &loaded.settings);
            tell(files::policy(&texts, &inputs));
            files::modes(&texts, &inputs, settings)
                .into_iter()
                .for_each(tell);
            tell(files::state(&texts));
            files::packs(&texts, loaded.as_ref())
                .into_iter()
                .for_each(tell);
        });
        let mut checks = vec![config];
        let until = tokio::time::Instant::now() + self.limit;
        while let Ok(Some(check)) = tokio::time::timeout_at(until, told.recv()).await {
            checks.push(check);
        }
        let looked = tokio::time::timeout_at(until, looking).await;
        if !matches!(looked, Ok(Ok(()))) {
            let subject = self.texts.t("doctor-files");
            let detail = self.texts.t("doctor-files-late").to_owned();
            let late = Check::new(Group::Files, "late", subject, Outcome::Unknown, detail);
            checks.push(late);
        }
        checks
    }

    async fn terminal(&self) -> Vec<Check> {
        let said = terminal::Said::of(&self.inputs.env);
        let (colours, glyphs) = self
            .loaded
            .as_ref()
            .map_or((ColourDepth::None, Glyphs::Ascii), |loaded| {
                (loaded.settings.colours, loaded.settings.glyphs)
            });
        let mut checks = terminal::checks(&self.texts, &said, colours, glyphs, terminal::size());
        checks.push(terminal::clipboard(&self.texts, &said, self.limit).await);
        checks
    }

    async fn connections(&self) -> Vec<Check> {
        let Some(plan) = &self.plan else {
            return Vec::new();
        };
        let named = plan.kubernetes.kubeconfig.as_deref();
        let files = files::kubeconfigs(named, &self.inputs);
        let cluster = kubernetes::Cluster {
            texts: &self.texts,
            options: &plan.kubernetes,
            namespaces: &plan.namespaces,
            direct: plan.prometheus.is_some(),
            clock: Arc::clone(&self.clock),
            limit: self.limit,
        };
        let asking = http::Asking {
            texts: &self.texts,
            clock: Arc::clone(&self.clock),
            limit: self.limit,
        };
        let prometheus = async {
            let endpoint = match &plan.prometheus {
                Some(endpoint) => Ok(Some(endpoint.clone())),
                None => self.found(plan, Wanted::Prometheus).await,
            };
            match endpoint {
                Ok(Some(endpoint)) => asking.prometheus(endpoint, &plan.watchlist).await,
                Ok(None) => vec![asking.absent(Group::Prometheus)],
                Err(trouble) => vec![asking.unknown(Group::Prometheus, &trouble)],
            }
        };
        let alertmanagers = async {
            let endpoints = if plan.alertmanagers.is_empty() {
                let found = self.found(plan, Wanted::Alertmanager).await;
                found.map(|endpoint| endpoint.into_iter().collect())
            } else {
                Ok(plan.alertmanagers.clone())
            };
            let endpoints: Vec<HttpEndpoint> = match endpoints {
                Ok(endpoints) => endpoints,
                Err(trouble) => return vec![vec![asking.unknown(Group::Alertmanager, &trouble)]],
            };
            if endpoints.is_empty() {
                return vec![vec![asking.absent(Group::Alertmanager)]];
            }
            let each = endpoints.into_iter().enumerate();
            join_all(each.map(|(index, endpoint)| asking.alertmanager(index, endpoint))).await
        };
        let (cluster, prometheus, alertmanagers) =
            tokio::join!(cluster.checks(&files), prometheus, alertmanagers);
        let mut checks = cluster;
        checks.extend(prometheus);
        checks.extend(alertmanagers.into_iter().flatten());
        checks
    }

    /// What the cockpit would find by itself, looked for once.
    async fn found(&self, plan: &Plan, wanted: Wanted) -> Result<Option<HttpEndpoint>, Trouble> {
        let Some(discovery) = &plan.discovery else {
            return Ok(None);
        };
        let looking = async { discovery.look(wanted).await.transpose() };
        let looked = limited(self.limit, looking).await?;
        Ok(looked.and_then(|(_, endpoint)| endpoint))
    }

    fn desk(&self) -> DeskTag {
        let nowhere = || Desk {
            pack: None,
            context: String::new(),
            namespaces: Namespaces::Some(Vec::new()),
            kubeconfig: None,
            alertmanager: None,
            demo: None,
            read_only: false,
        };
        DeskTag::of(&self.desk.clone().unwrap_or_else(nowhere))
    }
}

/// Looks at everything and tells; the exit code is the worst that was found.
pub(super) fn doctor(desk: &DeskArgs, args: &DoctorArgs) -> color_eyre::Result<Exit> {
    let patient = Patient::new(desk, args.timeout);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let checks = runtime.block_on(patient.examine());
    // What hangs is left behind.
    runtime.shutdown_timeout(Duration::ZERO);
    let exit = exit_of(&checks);
    if args.json {
        let findings = Findings {
            as_of: patient.clock.now().wall,
            desk: patient.desk(),
            items: checks,
        };
        say::out(&(serde_json::to_string_pretty(&findings)? + "\n"));
    } else {
        say::out(&page(&patient, &checks));
    }
    Ok(exit)
}

/// 5 where a server can't be talked to, 1 where something else is wrong, 3 where something is missing or unknown.
fn exit_of(checks: &[Check]) -> Exit {
    if checks.iter().any(|check| check.cut_off) {
        return Exit::Unreachable;
    }
    match Light::worst_of(checks.iter().filter_map(|check| check.light)) {
        Some(Light::Red) => Exit::Failed,
        Some(Light::Yellow | Light::Unknown) => Exit::Unsure,
        Some(Light::Green) | None => Exit::Fine,
    }
}

fn page(patient: &Patient, checks: &[Check]) -> String {
    let texts = &patient.texts;
    let settings = patient.loaded.as_ref().ok().map(|loaded| &loaded.settings);
    let colour =
        on_terminal() && settings.is_some_and(|settings| settings.colours != ColourDepth::None);
    let signs = glyph::set(settings.map_or(Glyphs::Unicode, |settings| settings.glyphs));
    let wide = checks.iter().map(|check| cells(&check.subject)).max();
    let wide = wide.unwrap_or(0).min(40);
    let mut out = String::new();
    let mut group = None;
    let mut told = HashSet::new();
    for check in checks {
        if group != Some(check.group) {
            let lead = if group.is_some() { "\n" } else { "" };
            let _ = writeln!(out, "{lead}{}", texts.t(check.group.title()));
            group = Some(check.group);
        }
        let sign = match check.light {
            Some(light) => Tint::Of(light).paint(signs.light(light), colour),
            None => signs.dash.to_owned(),
        };
        let gap = " ".repeat(wide.saturating_sub(cells(&check.subject)));
        let _ = writeln!(out, "{sign} {}{gap}  {}", check.subject, check.detail);
        // What mends several is told once.
        for command in check.mend.iter().filter(|one| told.insert(one.as_str())) {
            let _ = writeln!(out, "  {} {command}", signs.arrow);
        }
    }
    out
}
