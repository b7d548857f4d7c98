//! Where Prometheus and Alertmanager are, as the settings say or leave to be found.

use std::sync::Arc;

use crate::{
    domain::{
        desk::Namespaces,
        freshness::SourceId,
        place::{Place, ServicePlace},
        settings::{Access, BaseUrl, Discover, Settings},
    },
    pack::Pack,
    runtime::discovery::Discovery,
    sources::{
        http::{HttpEndpoint, ProxyEnv},
        kubernetes::{Gateway, KubeOptions},
    },
};

/// What is read beside the cluster.
pub(super) struct Monitoring {
    pub prometheus: Option<HttpEndpoint>,
    pub alertmanagers: Vec<HttpEndpoint>,
    pub discovery: Option<Arc<Discovery>>,
    pub places: Vec<(SourceId, Place)>,
}

impl Monitoring {
    pub fn of(
        settings: &Settings,
        pack: &Pack,
        options: &KubeOptions,
        namespaces: &Namespaces,
        proxy: &ProxyEnv,
    ) -> Self {
        // Made at once and connected when it is asked first.
        let gateway = Gateway::new(options.clone(), super::clock());
        let services = &settings.services;
        let through =
            |service: &ServicePlace, access: &Access| gateway.endpoint(service).dressed(access);
        let mut places = Vec::new();
        let mut note = |sources: &[SourceId], place: &Place| {
            places.extend(sources.iter().map(|source| (*source, place.clone())));
        };
        let behind = |service: &ServicePlace| Place::Service {
            service: service.clone(),
            found: false,
        };
        let both = [SourceId::Prometheus, SourceId::Rules];
        let prometheus = if let Some(service) = &services.prometheus {
            note(&both, &behind(service));
            Some(through(service, &services.prometheus_access))
        } else {
            settings.prometheus.as_ref().map(|endpoint| {
                note(&both, &Place::Address(endpoint.url.to_string()));
                HttpEndpoint::from_settings(&endpoint.url, &endpoint.access, proxy.clone())
            })
        };
        let mut alertmanagers = Vec::new();
        for service in &services.alertmanager {
            note(&[SourceId::Alertmanager], &behind(service));
            alertmanagers.push(through(service, &services.alertmanager_access));
        }
        if let Some(pair) = &settings.alertmanager {
            let urls: Vec<&str> = pair.urls.iter().map(BaseUrl::as_str).collect();
            note(&[SourceId::Alertmanager], &Place::Address(urls.join(", ")));
            let endpoint = |url| HttpEndpoint::from_settings(url, &pair.access, proxy.clone());
            alertmanagers.extend(pair.urls.iter().map(endpoint));
        }
        let looks = match services.discover {
            Discover::Auto => pack.is_generic(),
            Discover::On => true,
            Discover::Off => false,
        };
        // A demo has its own; whatever a kubeconfig names is not looked through.
        let looks = looks && settings.demo.is_none();
        let discovery = looks.then(|| {
            let namespaces = match namespaces {
                Namespaces::All => Vec::new(),
                Namespaces::Some(names) => names.clone(),
            };
            Arc::new(Discovery::new(
                gateway.clone(),
                namespaces,
                prometheus
                    .is_none()
                    .then(|| services.prometheus_access.clone()),
                alertmanagers
                    .is_empty()
                    .then(|| services.alertmanager_access.clone()),
            ))
        });
        Self {
            prometheus,
            alertmanagers,
            discovery,
            places,
        }
    }
}
