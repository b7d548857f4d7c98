//! What a request asks for: its path, its query, its user.

use http::{HeaderMap, Method, header};

use super::kinds::Res;
use super::output::Output;
use super::protobuf;
use super::selectors::{Fields, Labels, Selector};
use super::status::{ApiError, ApiResult};
use crate::sim::server::User;

/// The decoded query of a request.
#[derive(Debug, Clone, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    pub fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let decoded = pairs.map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(key, true), decode(value, true))
        });
        Self(decoded.collect())
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == key);
        found.map(|(_, value)| value.as_str())
    }

    pub fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        let same = self.0.iter().filter(move |(known, _)| known == key);
        same.map(|(_, value)| value.as_str())
    }

    pub fn flag(&self, key: &str) -> bool {
        matches!(self.get(key), Some("true" | "1" | "True" | "t"))
    }

    pub fn number(&self, key: &str) -> ApiResult<Option<u64>> {
        match self.get(key) {
            None | Some("") => Ok(None),
            Some(text) => text
                .parse()
                .map(Some)
                .map_err(|_| ApiError::bad_request(format!("invalid value for {key}: \"{text}\""))),
        }
    }
}

/// Undoes percent encoding; a `+` is a space in queries only.
pub fn decode(text: &str, plus_is_space: bool) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' if plus_is_space => out.push(b' '),
            b'%' => {
                let digits: Vec<u8> = bytes.by_ref().take(2).collect();
                let text = std::str::from_utf8(&digits).unwrap_or_default();
                out.push(u8::from_str_radix(text, 16).unwrap_or(b'?'));
            }
            other => out.push(other),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// A place in the API that objects live at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub res: Res,
    pub namespace: Option<String>,
    pub name: Option<String>,
    pub subresource: Option<String>,
}

impl Place {
    /// Reads `/api/v1/…` and `/apis/<group>/<version>/…`.
    pub fn parse(path: &str) -> Option<Self> {
        let decoded: Vec<String> = path
            .trim_matches('/')
            .split('/')
            .map(|part| decode(part, false))
            .collect();
        let parts: Vec<&str> = decoded.iter().map(String::as_str).collect();
        let (group, version, rest) = match parts.as_slice() {
            ["api", version, rest @ ..] => ("", *version, rest),
            ["apis", group, version, rest @ ..] => (*group, *version, rest),
            _ => return None,
        };
        let (namespace, rest) = match rest {
            ["namespaces", _] | ["namespaces", _, "status" | "finalize"] => (None, rest),
            ["namespaces", namespace, rest @ ..] => (Some((*namespace).to_owned()), rest),
            _ => (None, rest),
        };
        let [plural, rest @ ..] = rest else {
            return None;
        };
        let res = Res::at(group, version, plural)?;
        if namespace.is_some() && !res.info().namespaced {
            return None;
        }
        let name = rest.first().map(|name| (*name).to_owned());
        let subresource = rest.get(1).map(|sub| (*sub).to_owned());
        if let Some(sub) = &subresource {
            res.info().subresources.iter().find(|known| *known == sub)?;
        }
        if rest.len() > 2 || (name.is_some() && namespace.is_none() && res.info().namespaced) {
            return None;
        }
        Some(Self {
            res,
            namespace,
            name,
            subresource,
        })
    }
}

/// A request on objects, read and understood.
#[derive(Debug, Clone)]
pub struct Call {
    pub place: Place,
    pub user: User,
    pub method: Method,
    pub query: Query,
    pub output: Output,
    pub manager: String,
    pub content_type: String,
}

impl Call {
    pub fn new(place: Place, user: User, request: &http::request::Parts) -> ApiResult<Self> {
        let query = Query::parse(request.uri.query().unwrap_or_default());
        let text = |name| header_text(&request.headers, name);
        let agent = text(header::USER_AGENT);
        let manager = match query.get("fieldManager") {
            Some(manager) if !manager.is_empty() => manager.to_owned(),
            _ => agent.split('/').next().unwrap_or_default().to_owned(),
        };
        let listed = request.method == Method::GET && place.name.is_none();
        let protobuf = listed && protobuf::speaks(place.res);
        Ok(Self {
            output: Output::negotiate(&text(header::ACCEPT), &query, protobuf)?,
            content_type: text(header::CONTENT_TYPE),
            method: request.method.clone(),
            place,
            user,
            query,
            manager,
        })
    }

    /// The verb as permissions name it.
    pub fn verb(&self) -> &'static str {
        let named = self.place.name.is_some();
        match (self.method.as_str(), named) {
            ("GET", _) if self.place.subresource.as_deref() == Some("exec") => "create",
            ("GET" | "HEAD", true) => "get",
            ("GET" | "HEAD", false) if self.query.flag("watch") => "watch",
            ("GET" | "HEAD", false) => "list",
            ("POST", _) => "create",
            ("PUT", _) => "update",
            ("PATCH", _) => "patch",
            ("DELETE", true) => "delete",
            ("DELETE", false) => "deletecollection",
            _ => "",
        }
    }

    pub fn namespace(&self) -> &str {
        self.place.namespace.as_deref().unwrap_or_default()
    }

    pub fn name(&self) -> &str {
        self.place.name.as_deref().unwrap_or_default()
    }

    pub fn dry_run(&self) -> ApiResult<bool> {
        match self.query.get("dryRun") {
            None | Some("") => Ok(false),
            Some("All") => Ok(true),
            Some(other) => Err(ApiError::invalid(
                self.place.res,
                self.name(),
                "dryRun",
                &format!("Unsupported value: \"{other}\": supported values: \"All\""),
            )),
        }
    }

    pub fn selector(&self) -> ApiResult<Selector> {
        Ok(Selector {
            namespace: self.place.namespace.clone(),
            labels: Labels::parse(self.query.get("labelSelector").unwrap_or_default())?,
            fields: Fields::parse(
                self.place.res,
                self.query.get("fieldSelector").unwrap_or_default(),
            )?,
        })
    }
}

pub fn header_text(headers: &HeaderMap, name: header::HeaderName) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_places() {
        let place = Place::parse("/api/v1/namespaces/shop/pods/a-1/log").unwrap();
        assert_eq!(place.res, Res::Pods);
        assert_eq!(place.namespace.as_deref(), Some("shop"));
        assert_eq!(place.subresource.as_deref(), Some("log"));
        let place = Place::parse("/api/v1/namespaces/shop").unwrap();
        assert_eq!(
            (place.res, place.name.as_deref()),
            (Res::Namespaces, Some("shop"))
        );
        let place = Place::parse("/apis/apps/v1/deployments").unwrap();
        assert_eq!((place.res, place.namespace), (Res::Deployments, None));
        for nowhere in [
            "/api/v1",
            "/apis/apps/v2/deployments",
            "/api/v1/pods/a",
            "/x",
        ] {
            assert_eq!(Place::parse(nowhere), None, "{nowhere}");
        }
    }

    #[test]
    fn queries_are_decoded() {
        let query =
            Query::parse("labelSelector=app%20in%20%28a%2Cb%29&watch=1&command=a&command=b+c");
        assert_eq!(query.get("labelSelector"), Some("app in (a,b)"));
        assert!(query.flag("watch"));
        assert_eq!(query.all("command").collect::<Vec<_>>(), ["a", "b c"]);
    }
}
