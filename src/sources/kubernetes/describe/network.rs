//! Services with what stands behind them, and ingresses.

use kube::api::ListParams;
use serde_json::Value;

use super::{Subject, cell, fields::Fields, port, table};
use crate::{
    domain::{
        description::{Block, Label, Mark, Said},
        object::KindRef,
    },
    sources::kubernetes::{
        facts::{array, joined, scalar, text},
        objects,
    },
};

pub(super) async fn service(subject: &Subject<'_>) -> Vec<Block> {
    let object = &subject.object;
    let mut fields = Fields::default();
    fields.at(Label::Type, object, "/spec/type");
    match joined(object, "/spec/selector") {
        Some(selector) => fields.said(Label::Selector, selector),
        None => fields.put(Label::Selector, Said::marked("–", Mark::Warn)),
    }
    let ips: Vec<String> = array(object, "/spec/clusterIPs")
        .filter_map(scalar)
        .collect();
    fields.said(Label::Ip, ips.join(", "));
    fields.at(Label::Host, object, "/spec/externalName");
    let outside: Vec<String> = array(object, "/status/loadBalancer/ingress")
        .filter_map(|it| text(it, "/ip").or_else(|| text(it, "/hostname")))
        .collect();
    fields.said(Label::Addresses, outside.join(", "));
    fields.at(Label::SessionAffinity, object, "/spec/sessionAffinity");
    fields.at(Label::TrafficPolicy, object, "/spec/externalTrafficPolicy");
    let ports = array(object, "/spec/ports").map(|it| {
        let protocol = text(it, "/protocol").unwrap_or_else(|| "TCP".to_owned());
        vec![
            cell(text(it, "/name")),
            cell(text(it, "/port").map(|port| format!("{port}/{protocol}"))),
            cell(it.get("targetPort").and_then(port)),
            cell(text(it, "/nodePort")),
        ]
    });
    let heads = [Label::Name, Label::Port, Label::Target, Label::Node];
    let ports = table(Label::Ports, &heads, ports.collect());
    vec![fields.block(None), ports, endpoints(subject).await]
}

async fn endpoints(subject: &Subject<'_>) -> Block {
    let kind = KindRef::new(
        "discovery.k8s.io",
        "v1",
        "EndpointSlice",
        "endpointslices",
        true,
    );
    let chosen = format!("kubernetes.io/service-name={}", subject.key.name);
    let params = ListParams::default().labels(&chosen);
    let namespace = subject.key.namespace.as_deref();
    let title = Label::Endpoints;
    match objects::list(subject.client, &kind, namespace, &params).await {
        Ok((slices, _)) => {
            let rows = slices.iter().flat_map(endpoint_rows).collect();
            table(title, &HEADS, rows)
        }
        Err(trouble) => Block::Unread { title, trouble },
    }
}

const HEADS: [Label; 5] = [
    Label::Address,
    Label::Ready,
    Label::Ports,
    Label::Target,
    Label::Node,
];

pub(super) fn slice(object: &Value) -> Vec<Block> {
    let mut fields = Fields::default();
    fields.at(Label::Type, object, "/addressType");
    let service = "/metadata/labels/kubernetes.io~1service-name";
    fields.at(Label::Service, object, service);
    let rows = endpoint_rows(object);
    vec![fields.block(None), table(Label::Endpoints, &HEADS, rows)]
}

fn endpoint_rows(slice: &Value) -> Vec<Vec<Said>> {
    let ports: Vec<String> = array(slice, "/ports")
        .filter_map(|it| text(it, "/port"))
        .collect();
    let rows = array(slice, "/endpoints").map(|it| {
        let addresses: Vec<String> = array(it, "/addresses").filter_map(scalar).collect();
        // Absent means ready, as the API has it.
        let ready = text(it, "/conditions/ready").is_none_or(|ready| ready == "true");
        let state = match (ready, text(it, "/conditions/terminating").as_deref()) {
            (true, _) => Said::marked("true", Mark::Good),
            (false, Some("true")) => Said::marked("terminating", Mark::Warn),
            (false, _) => Said::marked("false", Mark::Bad),
        };
        let target = text(it, "/targetRef/kind").zip(text(it, "/targetRef/name"));
        vec![
            cell(Some(addresses.join(", ")).filter(|it| !it.is_empty())),
            state,
            cell(Some(ports.join(", ")).filter(|it| !it.is_empty())),
            cell(target.map(|(kind, name)| format!("{kind}/{name}"))),
            cell(text(it, "/nodeName")),
        ]
    });
    rows.collect()
}

pub(super) fn ingress(object: &Value) -> Vec<Block> {
    let mut fields = Fields::default();
    fields.at(Label::Class, object, "/spec/ingressClassName");
    let addresses: Vec<String> = array(object, "/status/loadBalancer/ingress")
        .filter_map(|it| text(it, "/ip").or_else(|| text(it, "/hostname")))
        .collect();
    fields.said(Label::Addresses, addresses.join(", "));
    let certificates: Vec<String> = array(object, "/spec/tls")
        .map(|it| {
            let hosts: Vec<String> = array(it, "/hosts").filter_map(scalar).collect();
            let secret = text(it, "/secretName").unwrap_or_default();
            format!("{secret} ({})", hosts.join(", "))
        })
        .collect();
    fields.said(Label::Tls, certificates.join(", "));
    if let Some(default) = object.pointer("/spec/defaultBackend") {
        fields.said(Label::Default, backend(default));
    }
    let rows = array(object, "/spec/rules").flat_map(|rule| {
        let host = text(rule, "/host").unwrap_or_else(|| "*".to_owned());
        array(rule, "/http/paths").map(move |path| {
            vec![
                Said::text(host.clone()),
                cell(text(path, "/path")),
                cell(text(path, "/pathType")),
                cell(path.get("backend").and_then(backend)),
            ]
        })
    });
    let heads = [Label::Host, Label::Path, Label::Type, Label::Target];
    vec![
        fields.block(None),
        table(Label::Rules, &heads, rows.collect()),
    ]
}

/// `lookup-api:http`
fn backend(backend: &Value) -> Option<String> {
    if let Some(kind) = text(backend, "/resource/kind") {
        return Some(format!("{kind}/{}", text(backend, "/resource/name")?));
    }
    let service = text(backend, "/service/name")?;
    let number = text(backend, "/service/port/number");
    let port = number.or_else(|| text(backend, "/service/port/name"));
    Some(match port {
        Some(port) => format!("{service}:{port}"),
        None => service,
    })
}
