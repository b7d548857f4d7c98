//! Where a source is found: a service of the cluster behind its API server, or an address.

use std::fmt;

/// A service that is reached through the API server's proxy: `monitoring/prometheus-operated:9090`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServicePlace {
    pub namespace: String,
    /// The service speaks TLS.
    pub tls: bool,
    pub name: String,
    /// A number or a name.
    pub port: String,
    /// Where its API begins: nothing, or with a slash in front and none behind.
    pub prefix: String,
}

/// Why a text names no service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ServiceProblem {
    #[error("it names no namespace before a slash")]
    Namespace,
    #[error("it names no service")]
    Name,
    #[error("it names no port behind a colon")]
    Port,
    #[error("its path holds a character that has no place there")]
    Prefix,
}

impl ServicePlace {
    /// Reads `namespace/[https:]service:port[/prefix]`.
    pub fn parse(text: &str) -> Result<Self, ServiceProblem> {
        let (namespace, rest) = text.split_once('/').ok_or(ServiceProblem::Namespace)?;
        let (service, prefix) = match rest.split_once('/') {
            Some((service, prefix)) => (service, prefix),
            None => (rest, ""),
        };
        let (tls, service) = match service.strip_prefix("https:") {
            Some(service) => (true, service),
            None => (false, service.strip_prefix("http:").unwrap_or(service)),
        };
        let (name, port) = service.split_once(':').ok_or(ServiceProblem::Port)?;
        if !is_label(namespace) {
            return Err(ServiceProblem::Namespace);
        }
        if !is_label(name) {
            return Err(ServiceProblem::Name);
        }
        let number = port.parse::<u16>().is_ok_and(|port| port > 0);
        let digits = port.chars().all(|c| c.is_ascii_digit());
        if !(number || (!digits && is_label(port))) {
            return Err(ServiceProblem::Port);
        }
        let fits = |c: char| c.is_ascii_alphanumeric() || "/-_.~".contains(c);
        let prefix = prefix.trim_matches('/');
        if !prefix.chars().all(fits) || prefix.split('/').any(|part| part == "..") {
            return Err(ServiceProblem::Prefix);
        }
        Ok(Self {
            namespace: namespace.to_owned(),
            tls,
            name: name.to_owned(),
            port: port.to_owned(),
            prefix: if prefix.is_empty() {
                String::new()
            } else {
                format!("/{prefix}")
            },
        })
    }

    /// The path of its API on the API server, without a slash at the end.
    pub fn path(&self) -> String {
        let scheme = if self.tls { "https:" } else { "" };
        format!(
            "/api/v1/namespaces/{}/services/{scheme}{}:{}/proxy{}",
            self.namespace, self.name, self.port, self.prefix
        )
    }
}

impl fmt::Display for ServicePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "https:" } else { "" };
        let Self {
            namespace,
            name,
            port,
            prefix,
            ..
        } = self;
        write!(f, "{namespace}/{scheme}{name}:{port}{prefix}")
    }
}

/// A label of DNS, as namespaces, services and ports are named.
fn is_label(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=63).contains(&text.len())
        && text.chars().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Where a source is read, or was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Address(String),
    /// Behind the API server; `found`: nobody named it, it was looked for.
    Service {
        service: ServicePlace,
        found: bool,
    },
    /// Looked for and not found.
    Nowhere {
        /// Services that might have been it and gave no such answer, with why.
        tried: Vec<(ServicePlace, String)>,
        /// Why services could not be looked for in some namespaces.
        denied: Option<String>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_named_as_it_is_read() {
        for (text, path) in [
            (
                "monitoring/prometheus-operated:9090",
                "/api/v1/namespaces/monitoring/services/prometheus-operated:9090/proxy",
            ),
            (
                "mimir/https:mimir-gateway:http/prometheus",
                "/api/v1/namespaces/mimir/services/https:mimir-gateway:http/proxy/prometheus",
            ),
        ] {
            let place = ServicePlace::parse(text).unwrap();
            assert_eq!(place.to_string(), text);
            assert_eq!(place.path(), path);
        }
    }

    #[test]
    fn what_is_no_service_says_why() {
        for (text, why) in [
            ("prometheus:9090", ServiceProblem::Namespace),
            ("Monitoring/prometheus:9090", ServiceProblem::Namespace),
            ("monitoring/:9090", ServiceProblem::Name),
            ("monitoring/prometheus", ServiceProblem::Port),
            ("monitoring/prometheus:", ServiceProblem::Port),
            ("monitoring/prometheus:0", ServiceProblem::Port),
            ("monitoring/prometheus:99999", ServiceProblem::Port),
            ("monitoring/prometheus:9090/a b", ServiceProblem::Prefix),
            ("monitoring/prometheus:9090/../x", ServiceProblem::Prefix),
        ] {
            assert_eq!(ServicePlace::parse(text), Err(why), "{text}");
        }
    }
}
