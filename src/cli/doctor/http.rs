//! Prometheus and the Alertmanagers: reached, which version, whether their questions are taken.

use std::{sync::Arc, time::Duration};

use crate::{
    domain::{
        freshness::{SourceId, Trouble, TroubleKind},
        shell::quoted,
        time::Clock,
        watchlist::Watchlist,
    },
    i18n::{Texts, words},
    sources::{alertmanager, http::HttpEndpoint, prometheus},
};

use super::{
    check::{Check, Group, Outcome, clock, said},
    limited,
};

/// How many refused queries are told one by one.
const MOST: usize = 20;

/// How a server is asked.
pub(super) struct Asking<'a> {
    pub texts: &'a Texts,
    pub clock: Arc<dyn Clock>,
    pub limit: Duration,
}

impl Asking<'_> {
    fn source(&self, group: Group) -> &str {
        self.texts.t(words::source(match group {
            Group::Alertmanager => SourceId::Alertmanager,
            _ => SourceId::Prometheus,
        }))
    }

    fn failed(&self, group: Group, id: &str, endpoint: &HttpEndpoint, trouble: &Trouble) -> Check {
        let detail = said(self.texts, self.source(group), trouble);
        let check = Check::new(group, id, &endpoint.host(), Outcome::Failed, detail).of(trouble);
        let path = match group {
            Group::Alertmanager => "api/v2/status",
            _ => "api/v1/status/buildinfo",
        };
        match trouble.kind {
            TroubleKind::Unauthorized | TroubleKind::Forbidden => {
                check.mend("quarterdeck config show --sources")
            }
            _ => check.mend(format!("curl -v {}", quoted(&endpoint.url(path)))),
        }
    }

    /// A source that is not configured.
    pub fn absent(&self, group: Group) -> Check {
        let name = self.source(group);
        let detail = self.texts.with("pane-not-here", &[("source", name.into())]);
        Check::new(group, "server", name, Outcome::Skipped, detail)
    }

    /// A source that could not be looked for.
    pub fn unknown(&self, group: Group, trouble: &Trouble) -> Check {
        let name = self.source(group);
        let detail = said(self.texts, name, trouble);
        Check::new(group, "server", name, Outcome::Unknown, detail).of(trouble)
    }

    pub async fn prometheus(&self, endpoint: HttpEndpoint, watchlist: &Watchlist) -> Vec<Check> {
        let group = Group::Prometheus;
        let fares = async {
            let clock = Arc::clone(&self.clock);
            // All of them may take longer than one answer.
            let trying = prometheus::doctor::try_queries(endpoint.clone(), watchlist, clock);
            tokio::time::timeout(self.limit * 3, trying).await.ok()
        };
        let meeting = prometheus::doctor::meet(endpoint.clone(), &*self.clock);
        let (met, fared) = tokio::join!(limited(self.limit, meeting), fares);
        let met = match met {
            Ok(met) => met,
            Err(trouble) => return vec![self.failed(group, "server", &endpoint, &trouble)],
        };
        let version = met
            .version
            .unwrap_or_else(|| self.texts.t("doctor-version-untold").to_owned());
        let version = self
            .texts
            .with("doctor-version-is", &[("version", version.into())]);
        let mut checks = vec![Check::new(
            group,
            "server",
            &endpoint.host(),
            Outcome::Ok,
            version,
        )];
        checks.extend(
            met.ahead
                .map(|ahead| clock(self.texts, group, "clock", ahead)),
        );
        checks.extend(self.queries(fared, &endpoint));
        checks
    }

    fn queries(
        &self,
        fared: Option<prometheus::doctor::Fared>,
        endpoint: &HttpEndpoint,
    ) -> Vec<Check> {
        let group = Group::Prometheus;
        let subject = self.texts.t("doctor-queries");
        let Some(fared) = fared else {
            let detail = self.texts.t("doctor-queries-late").to_owned();
            return vec![Check::new(
                group,
                "queries",
                subject,
                Outcome::Unknown,
                detail,
            )];
        };
        let mut checks = Vec::new();
        if let Some(trouble) = &fared.failed {
            let mut check = self.failed(group, "queries", endpoint, trouble);
            subject.clone_into(&mut check.subject);
            checks.push(check);
        } else if fared.accepted > 0 || fared.refused.is_empty() {
            let args = [("count", fared.accepted.into())];
            let detail = self.texts.with("doctor-queries-ok", &args);
            checks.push(Check::new(group, "queries", subject, Outcome::Ok, detail));
        }
        for (id, why) in fared.refused.iter().take(MOST) {
            let place = format!("queries/{id}");
            checks.push(Check::new(
                group,
                &place,
                id.as_str(),
                Outcome::Failed,
                self.texts
                    .with("value-failed", &[("detail", why.as_str().into())]),
            ));
        }
        if let Some(more) = fared
            .refused
            .len()
            .checked_sub(MOST)
            .filter(|more| *more > 0)
        {
            let detail = self.texts.with("and-more", &[("count", more.into())]);
            checks.push(Check::new(
                group,
                "queries/more",
                subject,
                Outcome::Failed,
                detail,
            ));
        }
        checks
    }

    pub async fn alertmanager(&self, index: usize, endpoint: HttpEndpoint) -> Vec<Check> {
        let group = Group::Alertmanager;
        let id = |what: &str| format!("{}/{what}", index + 1);
        let meeting = alertmanager::doctor::meet(endpoint.clone(), &*self.clock);
        let met = match limited(self.limit, meeting).await {
            Ok(met) => met,
            Err(trouble) => return vec![self.failed(group, &id("server"), &endpoint, &trouble)],
        };
        let version = if met.version.is_empty() {
            self.texts.t("doctor-version-untold")
        } else {
            &met.version
        };
        let args = [
            ("version", version.into()),
            ("state", met.cluster.as_str().into()),
            ("peers", met.peers.into()),
        ];
        let detail = self.texts.with("doctor-alertmanager-ok", &args);
        let result = if met.cluster == "settling" {
            Outcome::Warn
        } else {
            Outcome::Ok
        };
        let mut checks = vec![Check::new(
            group,
            &id("server"),
            &endpoint.host(),
            result,
            detail,
        )];
        let clock = |ahead| clock(self.texts, group, &id("clock"), ahead);
        checks.extend(met.ahead.map(clock));
        checks
    }
}
