//! Prometheus and Alertmanager among the services of the cluster, by their usual names in the usual namespaces.

use std::time::Duration;

use futures::{StreamExt, stream};
use k8s_openapi::api::core::v1::{Service, ServicePort};
use kube::{Api, api::ListParams};

use super::{service::Gateway, trouble};
use crate::{
    domain::{
        clean::clean,
        freshness::{Trouble, TroubleKind},
        place::ServicePlace,
        settings::Access,
    },
    sources::http::{Failure, HttpClient, HttpEndpoint, Question},
};

/// Where monitoring lives, as its charts and operators have it.
const NAMESPACES: [&str; 14] = [
    "monitoring",
    "observability",
    "prometheus",
    "kube-prometheus-stack",
    "cattle-monitoring-system",
    "openshift-monitoring",
    "victoria-metrics",
    "vm",
    "thanos",
    "mimir",
    "metrics",
    "monitor",
    "kube-system",
    "default",
];
/// How many namespaces are looked at at once.
const AT_ONCE: usize = 4;
/// Services of one namespace that are looked at.
const MOST: u32 = 500;
/// How long one of them may take to say that it is what it looks like.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Prometheus,
    Alertmanager,
}

/// What came of looking.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sighting {
    pub found: Option<ServicePlace>,
    /// What looked like it and is not, with why.
    pub tried: Vec<(ServicePlace, String)>,
    /// Why some namespaces could not be looked at.
    pub denied: Option<Trouble>,
}

/// A name by which a service is known, with where its API begins. The nearest to the cluster come first: what joins
/// many clusters is asked where nothing else is.
struct Usual {
    name: Name,
    prefix: &'static str,
}

enum Name {
    Is(&'static str),
    EndsWith(&'static str),
    Begins(&'static str),
}

const fn is(name: &'static str) -> Usual {
    let name = Name::Is(name);
    Usual { name, prefix: "" }
}

const fn ends(name: &'static str) -> Usual {
    let name = Name::EndsWith(name);
    Usual { name, prefix: "" }
}

const fn begins(name: &'static str, prefix: &'static str) -> Usual {
    let name = Name::Begins(name);
    Usual { name, prefix }
}

const fn ends_at(name: &'static str, prefix: &'static str) -> Usual {
    let name = Name::EndsWith(name);
    Usual { name, prefix }
}

const PROMETHEUS: [Usual; 16] = [
    is("prometheus-k8s"),
    is("kube-prometheus-stack-prometheus"),
    ends("kube-prometheus-prometheus"),
    ends("kube-prom-prometheus"),
    is("prometheus-operated"),
    ends("prometheus-server"),
    is("prometheus"),
    begins("vmsingle", ""),
    ends("victoria-metrics-single-server"),
    begins("vmselect", "/select/0/prometheus"),
    ends_at("vmselect", "/select/0/prometheus"),
    ends("thanos-query-frontend"),
    ends("thanos-query"),
    ends("thanos-querier"),
    ends_at("mimir-query-frontend", "/prometheus"),
    ends_at("mimir-gateway", "/prometheus"),
];

const ALERTMANAGER: [Usual; 7] = [
    is("alertmanager-main"),
    is("kube-prometheus-stack-alertmanager"),
    ends("kube-prometheus-alertmanager"),
    ends("kube-prom-alertmanager"),
    is("alertmanager-operated"),
    begins("vmalertmanager", ""),
    ends("alertmanager"),
];

impl Wanted {
    fn usual(self) -> &'static [Usual] {
        match self {
            Self::Prometheus => &PROMETHEUS,
            Self::Alertmanager => &ALERTMANAGER,
        }
    }

    /// The ports by name, then by number.
    const fn ports(self) -> &'static [&'static str] {
        match self {
            Self::Prometheus => &[
                "http-web",
                "web",
                "http",
                "http-query",
                "http-metrics",
                "https",
                "9090",
                "8429",
                "8428",
                "8481",
                "8080",
                "80",
            ],
            Self::Alertmanager => &["http-web", "web", "http", "https", "9093", "80"],
        }
    }

    /// A question that only it answers.
    fn proof(self) -> Question {
        match self {
            Self::Prometheus => {
                let mut question = Question::get("api/v1/query");
                question.fields.push(("query", "1".to_owned()));
                question
            }
            Self::Alertmanager => Question::get("api/v2/status"),
        }
    }

    fn proved(self, answer: &serde_json::Value) -> bool {
        match self {
            Self::Prometheus => answer["status"] == "success" && answer["data"].is_object(),
            Self::Alertmanager => answer["versionInfo"].is_object(),
        }
    }

    fn rank(self, name: &str) -> Option<(usize, &'static str)> {
        let fits = |usual: &Usual| match usual.name {
            Name::Is(whole) => name == whole,
            Name::EndsWith(end) => {
                name == end
                    || name
                        .strip_suffix(end)
                        .is_some_and(|rest| rest.ends_with('-'))
            }
            Name::Begins(begin) => name.starts_with(begin),
        };
        let place = self.usual().iter().position(fits)?;
        Some((place, self.usual()[place].prefix))
    }

    /// The services that look like what is wanted, the likeliest first.
    fn places(self, services: &[Service]) -> Vec<Order> {
        let found = services.iter().filter_map(|it| self.place(it));
        let mut places: Vec<Order> = found.map(|(rank, place)| order(rank, place)).collect();
        places.sort();
        places
    }

    /// The service as a place, if it looks like what is wanted.
    fn place(self, service: &Service) -> Option<(usize, ServicePlace)> {
        let name = service.metadata.name.as_deref()?;
        let (rank, prefix) = self.rank(name)?;
        let ports = service.spec.as_ref()?.ports.as_deref()?;
        let wanted = |wanted: &&str| {
            ports.iter().find(|port| {
                port.name.as_deref() == Some(*wanted) || port.port.to_string() == **wanted
            })
        };
        let port = self.ports().iter().find_map(wanted)?;
        let text = format!(
            "{}/{}{name}:{}{prefix}",
            service.metadata.namespace.as_deref()?,
            if is_tls(port) { "https:" } else { "" },
            port.port
        );
        Some((rank, ServicePlace::parse(&text).ok()?))
    }
}

fn is_tls(port: &ServicePort) -> bool {
    port.name
        .as_deref()
        .is_some_and(|name| name.starts_with("https"))
        || port.app_protocol.as_deref() == Some("https")
}

/// The services of the namespaces that are looked through.
#[derive(Debug, Default)]
pub struct Listing {
    services: Vec<Service>,
    /// Why some namespaces could not be looked at.
    denied: Option<Trouble>,
}

/// How far down a service comes: the usual namespaces first, since anybody may give a service a usual name elsewhere.
type Order = (bool, usize, usize, ServicePlace);

fn order(rank: usize, place: ServicePlace) -> Order {
    let usual = NAMESPACES.iter().position(|name| *name == place.namespace);
    let namespace = usual.unwrap_or(NAMESPACES.len());
    (usual.is_none(), rank, namespace, place)
}

/// Lists once what is in the usual namespaces and in those of the desk.
pub async fn list_services(gateway: &Gateway, desk: &[String]) -> Result<Listing, Trouble> {
    let connection = gateway.connection().await.map_err(|it| it.trouble)?;
    let mut names: Vec<&str> = NAMESPACES.to_vec();
    names.extend(desk.iter().map(String::as_str));
    names.sort_unstable();
    names.dedup();
    let list = |name: &str| {
        let api: Api<Service> = Api::namespaced(connection.client.clone(), name);
        async move { api.list(&ListParams::default().limit(MOST)).await }
    };
    let lists = stream::iter(names.into_iter().map(list));
    let lists: Vec<_> = lists.buffer_unordered(AT_ONCE).collect().await;
    let mut listing = Listing::default();
    for list in lists {
        match list {
            Ok(list) => listing.services.extend(list.items),
            Err(error) => {
                let why = trouble::of(&error);
                if why.kind != TroubleKind::Forbidden {
                    return Err(why);
                }
                listing.denied = Some(why);
            }
        }
    }
    Ok(listing)
}

/// The first of the listed services that proves to be what is wanted.
pub async fn choose(
    gateway: &Gateway,
    listing: &Listing,
    wanted: Wanted,
    access: &Access,
) -> Sighting {
    let mut sighting = Sighting {
        denied: listing.denied.clone(),
        ..Sighting::default()
    };
    for (.., place) in wanted.places(&listing.services) {
        match prove(gateway.endpoint(&place).dressed(access), wanted).await {
            Ok(()) => {
                sighting.found = Some(place);
                break;
            }
            Err(why) => sighting.tried.push((place, why)),
        }
    }
    sighting
}

/// Looks once, in the usual namespaces and in those of the desk.
pub async fn discover(
    gateway: &Gateway,
    wanted: Wanted,
    desk: &[String],
    access: &Access,
) -> Result<Sighting, Trouble> {
    let listing = list_services(gateway, desk).await?;
    Ok(choose(gateway, &listing, wanted, access).await)
}

async fn prove(endpoint: HttpEndpoint, wanted: Wanted) -> Result<(), String> {
    let client = HttpClient::new(HttpEndpoint {
        timeout: PATIENCE,
        ..endpoint
    });
    let said = |failure: Failure| clean(&failure.trouble.detail).into_owned();
    let question = wanted.proof();
    let reply = client.ask(&question, jiff::Timestamp::UNIX_EPOCH);
    let answer: serde_json::Value = reply.await.map_err(said)?.json().map_err(said)?;
    if wanted.proved(&answer) {
        Ok(())
    } else {
        Err("it answers, but not as this API does".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(name: &str, ports: &serde_json::Value) -> Service {
        let service = serde_json::json!({
            "metadata": {"name": name, "namespace": "monitoring"}, "spec": {"ports": ports},
        });
        serde_json::from_value(service).unwrap()
    }

    #[test]
    fn the_usual_names_are_known_with_their_ports() {
        let web = serde_json::json!([{"name": "reloader-web", "port": 8080}, {"name": "http-web", "port": 9090}]);
        let http = serde_json::json!([{"name": "http", "port": 80}]);
        let tls = serde_json::json!([{"name": "web", "port": 9091, "appProtocol": "https"}]);
        for (wanted, name, ports, place) in [
            (
                Wanted::Prometheus,
                "kube-prometheus-stack-prometheus",
                &web,
                Some("monitoring/kube-prometheus-stack-prometheus:9090"),
            ),
            (
                Wanted::Prometheus,
                "prometheus-server",
                &http,
                Some("monitoring/prometheus-server:80"),
            ),
            (
                Wanted::Prometheus,
                "prometheus-k8s",
                &tls,
                Some("monitoring/https:prometheus-k8s:9091"),
            ),
            (
                Wanted::Prometheus,
                "prod-mimir-gateway",
                &http,
                Some("monitoring/prod-mimir-gateway:80/prometheus"),
            ),
            (
                Wanted::Prometheus,
                "vmselect-main",
                &http,
                Some("monitoring/vmselect-main:80/select/0/prometheus"),
            ),
            (Wanted::Prometheus, "prometheus-node-exporter", &http, None),
            (Wanted::Prometheus, "web", &http, None),
            (
                Wanted::Alertmanager,
                "prometheus-alertmanager",
                &http,
                Some("monitoring/prometheus-alertmanager:80"),
            ),
            (Wanted::Alertmanager, "prometheus", &web, None),
        ] {
            let found = wanted.place(&service(name, ports));
            let found = found.map(|(_, place)| place.to_string());
            assert_eq!(found.as_deref(), place, "{name}");
        }
    }

    #[test]
    fn the_nearest_comes_first() {
        let rank = |name| Wanted::Prometheus.rank(name).map(|(rank, _)| rank);
        assert!(rank("prometheus-k8s") < rank("prometheus-operated"));
        assert!(rank("prometheus-operated") < rank("thanos-query"));
        assert!(rank("thanos-query") < rank("prod-mimir-gateway"));
    }

    #[test]
    fn the_usual_namespaces_come_before_those_of_a_desk() {
        let web = serde_json::json!([{"name": "web", "port": 9090}]);
        let at = |namespace: &str, name: &str| {
            let mut service = service(name, &web);
            service.metadata.namespace = Some(namespace.to_owned());
            service
        };
        let services = [
            at("dev", "prometheus-k8s"),
            at("default", "prometheus-k8s"),
            at("monitoring", "thanos-query"),
            at("monitoring", "prometheus-k8s"),
        ];
        let places = Wanted::Prometheus.places(&services);
        let places: Vec<String> = places.iter().map(|it| it.3.to_string()).collect();
        assert_eq!(
            places,
            [
                "monitoring/prometheus-k8s:9090",
                "default/prometheus-k8s:9090",
                "monitoring/thanos-query:9090",
                "dev/prometheus-k8s:9090",
            ]
        );
    }
}
