//! The connections of one kind that a pack names: which there are, what opens and seals them, and the way into pods.

use std::{collections::BTreeMap, sync::Arc};

use rustls::ClientConfig;

use super::{
    inside::Inside,
    secrets::{Secret, Secrets},
};
use crate::{
    domain::action::{
        place::{ConnectionKind, ConnectionSpec, Line, Reached},
        refusal::Refusal,
    },
    trust::{self, Authorities},
};

/// The connections of a pack to servers of one kind.
#[derive(Clone)]
pub(super) struct Connections {
    specs: BTreeMap<String, ConnectionSpec>,
    secrets: Secrets,
    /// The way into pods; without one, what is reached there refuses.
    inside: Option<Arc<dyn Inside>>,
}

impl Connections {
    pub fn new(
        kind: ConnectionKind,
        all: impl IntoIterator<Item = ConnectionSpec>,
        secrets: Secrets,
        inside: Option<Arc<dyn Inside>>,
    ) -> Self {
        let of_kind = all.into_iter().filter(|spec| spec.kind == kind);
        Self {
            specs: of_kind.map(|spec| (spec.name.clone(), spec)).collect(),
            secrets,
            inside,
        }
    }

    pub fn find(&self, name: &str) -> Result<&ConnectionSpec, Refusal> {
        self.specs.get(name).ok_or_else(|| Refusal::NotFound {
            target: format!("connection {name}"),
        })
    }

    /// What opens a connection, read now.
    pub async fn secret(&self, spec: &ConnectionSpec) -> Result<Option<Secret>, Refusal> {
        match &spec.secret {
            Some(name) => Ok(Some(self.secrets.get(name).await?)),
            None => Ok(None),
        }
    }

    /// What seals the line to a server; `None` where it is none, or open. Authorities are read now, as a secret is.
    pub async fn seal(&self, spec: &ConnectionSpec) -> Result<Option<ClientConfig>, Refusal> {
        let Reached::Address {
            line: Line::Sealed { authorities },
            ..
        } = &spec.by
        else {
            return Ok(None);
        };
        let of_connection = |why: String| {
            let what = format!("connection {}", spec.name);
            Refusal::unreadable(what, format!("ca: {why}"))
        };
        let pem = match authorities {
            Some(from) => Some(self.secrets.public(from).await.map_err(of_connection)?),
            None => None,
        };
        let authorities = pem.as_deref().map_or(Authorities::System, Authorities::Pem);
        trust::client(authorities)
            .map(Some)
            .map_err(|error| of_connection(error.to_string()))
    }

    /// The way into pods, or why there is none.
    pub fn inside(&self) -> Result<&dyn Inside, String> {
        self.inside
            .as_deref()
            .ok_or_else(|| "there is no way into pods from here".to_owned())
    }
}
