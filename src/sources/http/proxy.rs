//! The proxy variables of the environment, read once and held as a value.

use super::failure::Failure;
use crate::domain::freshness::TroubleKind;

/// What `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say; empty means ask directly.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProxyEnv {
    pub http: Option<String>,
    pub https: Option<String>,
    /// Hosts, domains and networks that are asked directly, as written in `NO_PROXY`.
    pub except: Option<String>,
}

impl ProxyEnv {
    /// Reads the variables through `lookup`; the small letters win, as in curl.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let either = |small: &str| {
            lookup(small)
                .filter(|value| !value.is_empty())
                .or_else(|| lookup(&small.to_uppercase()).filter(|value| !value.is_empty()))
        };
        let all = either("all_proxy");
        Self {
            http: either("http_proxy").or_else(|| all.clone()),
            https: either("https_proxy").or(all),
            except: either("no_proxy"),
        }
    }

    /// Reads the process's own environment.
    pub fn from_environment() -> Self {
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// The proxies in the client's terms.
    pub fn rules(&self) -> Result<Vec<reqwest::Proxy>, Failure> {
        let except = self
            .except
            .as_deref()
            .and_then(reqwest::NoProxy::from_string);
        let bad = |error: reqwest::Error| {
            Failure::new(
                TroubleKind::Unreachable,
                format!("the proxy's address is wrong: {error}"),
            )
        };
        let mut rules = Vec::new();
        if let Some(http) = &self.http {
            let rule = reqwest::Proxy::http(http).map_err(bad)?;
            rules.push(rule.no_proxy(except.clone()));
        }
        if let Some(https) = &self.https {
            let rule = reqwest::Proxy::https(https).map_err(bad)?;
            rules.push(rule.no_proxy(except));
        }
        Ok(rules)
    }
}
