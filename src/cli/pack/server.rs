//! The server that a pack's queries are put to: one that is named, or that of the desk.

use crate::{
    cli::{args::DeskArgs, clock, monitoring::Monitoring, open},
    config::load,
    domain::{desk::Namespaces, settings::BaseUrl},
    i18n::Texts,
    pack::{Pack, lint::Heard},
    sources::{
        http::{HttpEndpoint, ProxyEnv},
        kubernetes::KubeOptions,
        prometheus::doctor,
    },
};

/// The word for the Prometheus of the configuration.
const DESK: &str = "desk";

/// What was asked, and what came of it.
pub(super) struct Asked {
    pub queries: usize,
    pub heard: Heard,
}

/// Puts every query of the files to a server; the text says why there was no answer.
pub(super) fn ask(
    texts: &Texts,
    desk: &DeskArgs,
    server: &str,
    files: &[(&str, &str)],
) -> Result<Asked, String> {
    let endpoint = endpoint(texts, desk, server)?;
    let queries = crate::pack::lint::queries(files);
    let count = queries.len();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let asking = doctor::parse_queries(endpoint, queries, clock());
    let parsed = runtime.block_on(asking).map_err(|trouble| {
        let args = [("server", server.into()), ("why", trouble.detail.into())];
        texts.with("pack-lint-server-failed", &args)
    })?;
    let metrics = parsed.metrics;
    Ok(Asked {
        queries: count,
        heard: Heard {
            refused: parsed.refused.into_iter().collect(),
            metrics: (!metrics.is_empty()).then(|| metrics.into_iter().collect()),
        },
    })
}

fn endpoint(texts: &Texts, desk: &DeskArgs, server: &str) -> Result<HttpEndpoint, String> {
    let proxy = ProxyEnv::from_environment();
    if server != DESK {
        let url = BaseUrl::parse(server).map_err(|error| format!("{server}: {error}"))?;
        return Ok(HttpEndpoint {
            proxy,
            ..HttpEndpoint::new(url.as_str())
        });
    }
    let loaded = load(&open::inputs(desk)).map_err(|errors| errors.short(texts))?;
    let settings = &loaded.settings;
    let options = KubeOptions {
        kubeconfig: settings.kubeconfig.clone(),
        context: settings.context.clone(),
        ..KubeOptions::default()
    };
    // The pack says nothing of it: where it looks is the configuration's.
    let found = Monitoring::of(
        settings,
        &Pack::generic(),
        &options,
        &Namespaces::All,
        &proxy,
    );
    found
        .prometheus
        .ok_or_else(|| texts.t("pack-lint-server-none").to_owned())
}

/// What was asked of a server, in a line.
pub(super) fn said(texts: &Texts, asked: Option<&Result<Asked, String>>) -> String {
    match asked {
        None => texts.t("pack-lint-offline").to_owned(),
        Some(Err(_)) => texts.t("pack-lint-unasked").to_owned(),
        Some(Ok(Asked { queries, heard })) => {
            let count = [("count", (*queries).into())];
            match &heard.metrics {
                Some(metrics) => texts.with(
                    "pack-lint-asked",
                    &[
                        ("count", (*queries).into()),
                        ("metrics", metrics.len().into()),
                    ],
                ),
                None => texts.with("pack-lint-asked-no-names", &count),
            }
        }
    }
}
