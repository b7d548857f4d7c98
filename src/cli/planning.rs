//! What a desk reads and what it is called, from the settings and its pack.

use crate::{
    domain::{
        clean::clean,
        desk::{DemoMark, Desk, Namespaces},
        settings::{NamespaceChoice, Settings},
    },
    pack::Pack,
    runtime::{probing::to_read, readers::Plan},
    sources::{
        http::ProxyEnv,
        kubernetes::{self, KubeOptions},
    },
};

use super::monitoring::Monitoring;

/// What the settings say to read, for a pack.
pub(super) fn plan(settings: &Settings, pack: &Pack) -> Plan {
    // An embedded cluster is on this machine; its token is not for a proxy.
    let proxy = if settings.demo.is_some() {
        ProxyEnv::default()
    } else {
        ProxyEnv::from_environment()
    };
    let options = KubeOptions {
        page: Some(settings.kubernetes.page_size),
        kubeconfig: settings.kubeconfig.clone(),
        context: settings
            .context
            .clone()
            .or_else(|| pack.desk.context.clone()),
        timeouts: kubernetes::Timeouts {
            connect: settings.kubernetes.connect_timeout,
            answer: settings.kubernetes.request_timeout,
            plugin: settings.kubernetes.plugin_timeout,
            ..kubernetes::Timeouts::default()
        },
        wallet: kubernetes::Wallet::default(),
        // Whoever names one means it.
        absent: pack.desk.no_cluster
            && settings.demo.is_none()
            && settings.context.is_none()
            && settings.kubeconfig.is_none(),
    };
    let namespaces = match &settings.namespaces {
        NamespaceChoice::All => Namespaces::All,
        NamespaceChoice::Only(names) => Namespaces::Some(names.clone()),
        NamespaceChoice::FromDesk if options.absent => Namespaces::Some(Vec::new()),
        NamespaceChoice::FromDesk => pack.desk.namespaces.clone().unwrap_or_else(|| {
            let context = kubernetes::context_of(&options);
            usual_namespaces(context, kubernetes::namespace_of_pod)
        }),
    };
    let monitoring = Monitoring::of(settings, pack, &options, &namespaces, &proxy);
    let absent = options.absent;
    Plan {
        kubernetes: options,
        prometheus: monitoring.prometheus,
        alertmanagers: monitoring.alertmanagers,
        // It is looked for in the cluster.
        discovery: monitoring.discovery.filter(|_| !absent),
        places: monitoring.places,
        watchlist: pack.watchlist().clone(),
        alerts_every: settings.poll.alerts,
        rules_every: settings.poll.alerts * 2,
        means: None,
        reads: to_read(pack, &namespaces),
        eyes: None,
        namespaces,
    }
}

/// As kubectl does: the context's namespace, in a cluster the pod's. None: whatever the connection has.
fn usual_namespaces(
    context: Option<kubernetes::Context>,
    of_pod: impl FnOnce() -> Option<String>,
) -> Namespaces {
    let named = match context {
        Some(context) => Some(context.namespace.unwrap_or_else(|| "default".to_owned())),
        None => of_pod(),
    };
    Namespaces::Some(named.into_iter().collect())
}

pub(super) fn desk_of(settings: &Settings, pack: &Pack, plan: &Plan) -> Desk {
    let context = plan
        .kubernetes
        .context
        .clone()
        // A desk without a cluster is one world with all desks of its pack.
        .or_else(|| plan.kubernetes.absent.then(|| pack.id.to_string()))
        .or_else(|| kubernetes::context_of(&plan.kubernetes).map(|context| context.name))
        .unwrap_or_else(|| "in-cluster".to_owned());
    // A kubeconfig comes from elsewhere as often as not, and all of this is drawn.
    let context = clean(&context).into_owned();
    let namespaces = match &plan.namespaces {
        Namespaces::All => Namespaces::All,
        Namespaces::Some(names) => {
            Namespaces::Some(names.iter().map(|name| clean(name).into_owned()).collect())
        }
    };
    Desk {
        pack: (!pack.is_generic()).then(|| pack.id.clone()),
        context,
        namespaces,
        kubeconfig: settings
            .kubeconfig
            .as_ref()
            .map(|path| path.to_string_lossy().into_owned()),
        alertmanager: plan
            .alertmanagers
            .iter()
            .find(|endpoint| endpoint.through.is_none())
            .map(|endpoint| endpoint.base.clone()),
        demo: settings.demo.as_ref().map(|_| DemoMark {
            scenario: "serve".to_owned(),
            speed: None,
        }),
        read_only: settings.read_only,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_kubeconfig_the_pods_namespace_is_watched() {
        let some =
            |names: &[&str]| Namespaces::Some(names.iter().map(ToString::to_string).collect());
        let context = |namespace: Option<&str>| kubernetes::Context {
            name: "prod".to_owned(),
            namespace: namespace.map(str::to_owned),
        };
        let pod = || Some("tools".to_owned());
        let named = usual_namespaces(Some(context(Some("shop"))), pod);
        assert_eq!(named, some(&["shop"]));
        assert_eq!(
            usual_namespaces(Some(context(None)), pod),
            some(&["default"])
        );
        assert_eq!(usual_namespaces(None, pod), some(&["tools"]));
        assert_eq!(usual_namespaces(None, || None), some(&[]));
    }
}
