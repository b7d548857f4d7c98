//! Where objects live in the API. A name that comes from outside stays one segment of the path.

use std::fmt::Write;

use crate::domain::object::KindRef;

/// The path of an object or of a subresource of it; `None` where the name can't be one.
pub fn of(
    kind: &KindRef,
    namespace: Option<&str>,
    name: &str,
    sub: Option<&str>,
) -> Option<String> {
    let mut path = collection(kind, namespace)?;
    path.push('/');
    path.push_str(&segment(name)?);
    if let Some(sub) = sub {
        path.push('/');
        path.push_str(sub);
    }
    Some(path)
}

/// The path of all objects of a kind.
pub fn collection(kind: &KindRef, namespace: Option<&str>) -> Option<String> {
    let mut path = if kind.group.is_empty() {
        format!("/api/{}", kind.version)
    } else {
        format!("/apis/{}/{}", kind.group, kind.version)
    };
    if kind.namespaced {
        let _ = write!(path, "/namespaces/{}", segment(namespace?)?);
    }
    let _ = write!(path, "/{}", kind.plural);
    Some(path)
}

/// A path with a query.
pub fn with(path: &str, query: &[(&str, &str)]) -> String {
    let mut whole = path.to_owned();
    for (place, (key, value)) in query.iter().enumerate() {
        let mark = if place == 0 { '?' } else { '&' };
        let _ = write!(whole, "{mark}{}={}", encoded(key), encoded(value));
    }
    whole
}

fn segment(name: &str) -> Option<String> {
    (!name.is_empty() && name != "." && name != "..").then(|| encoded(name))
}

fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_one_segment() {
        let pods = KindRef::pods();
        assert_eq!(
            of(&pods, Some("a"), "b/../../nodes/x?dryRun=All", None).unwrap(),
            "/api/v1/namespaces/a/pods/b%2F..%2F..%2Fnodes%2Fx%3FdryRun%3DAll"
        );
        for none in ["", ".", ".."] {
            assert_eq!(of(&pods, Some("a"), none, None), None);
            assert_eq!(of(&pods, Some(none), "b", None), None);
        }
        assert_eq!(of(&pods, None, "b", None), None);
        let scale = KindRef::of_workload("Deployment").unwrap();
        assert_eq!(
            of(&scale, Some("a"), "web", Some("scale")).unwrap(),
            "/apis/apps/v1/namespaces/a/deployments/web/scale"
        );
        assert_eq!(
            with("/x", &[("command", "a b&c"), ("container", "main")]),
            "/x?command=a%20b%26c&container=main"
        );
        assert_eq!(
            of(&KindRef::nodes(), None, "n-1", None).unwrap(),
            "/api/v1/nodes/n-1"
        );
    }
}
