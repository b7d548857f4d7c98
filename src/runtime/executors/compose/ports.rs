//! Whether there can be several containers of a service: not where they would all take one port of the host.

use serde_json::Value;

use super::{Asked, Compose, Composes};
use crate::domain::action::refusal::Refusal;

impl Composes {
    /// Refuses more containers than there are ports and names for.
    pub(super) async fn may_be_many(
        &self,
        asked: &Asked<'_>,
        compose: &Compose,
        count: i64,
    ) -> Result<(), Refusal> {
        let text = self.told(asked.place, compose, &["config"]).await?;
        let unreadable = |why: String| Refusal::unreadable(asked.target().to_string(), why);
        let config: Value = serde_saphyr::from_str(&text).map_err(|_| {
            unreadable("what compose says of its configuration can't be read".to_owned())
        })?;
        match only(&config, &asked.service, count) {
            Some(why) => Err(unreadable(why)),
            None => Ok(()),
        }
    }
}

/// Why there can't be as many containers of a service.
fn only(config: &Value, service: &str, count: i64) -> Option<String> {
    if count <= 1 {
        return None;
    }
    // The oldest form of such files has the services at its top.
    let service = config.get("services").unwrap_or(config).get(service)?;
    if let Some(name) = service.get("container_name").and_then(Value::as_str) {
        return Some(format!(
            "it has the fixed name {name} (container_name), so there is one of it at most"
        ));
    }
    let ports = service.get("ports").and_then(Value::as_array)?;
    ports.iter().find_map(|port| {
        let published = published(port)?;
        let room = room(&published)?;
        (room < count).then(|| {
            format!("it has the fixed host port {published}, so there is one of it at most: publish no port of the host")
        })
    })
}

/// The port of the host, where one is said.
fn published(port: &Value) -> Option<String> {
    if let Some(published) = port.get("published") {
        let text = published.as_str().map(str::to_owned);
        return text.or_else(|| published.as_u64().map(|port| port.to_string()));
    }
    // `127.0.0.1:8000:8000/tcp`; without a colon the host's port is any.
    let text = port.as_str()?;
    let host = text.rsplit_once(':')?.0;
    let port = host.rsplit(':').next().unwrap_or(host);
    Some(port.to_owned())
}

/// How many containers a published port is enough for; `None` where any is taken.
fn room(published: &str) -> Option<i64> {
    match published.split_once('-') {
        Some((first, last)) => {
            let (first, last): (i64, i64) = (first.parse().ok()?, last.parse().ok()?);
            Some(last - first + 1)
        }
        None => published
            .parse::<i64>()
            .ok()
            .filter(|it| *it > 0)
            .map(|_| 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ports: &str, count: i64) -> Option<String> {
        let text = format!("services:\n  example:\n    image: x\n{ports}");
        only(&serde_saphyr::from_str(&text).unwrap(), "example", count)
    }

    // row: B13
    #[test]
    fn a_fixed_port_of_the_host_is_enough_for_one() {
        for fixed in [
            "    ports:\n    - 8000:8000/tcp\n",
            "    ports:\n    - \"127.0.0.1:8000:8000\"\n",
            "    ports:\n    - mode: ingress\n      target: 8000\n      published: \"8000\"\n",
            "    ports:\n    - published: 8000\n      target: 8000\n",
        ] {
            let why = of(fixed, 2).unwrap();
            assert!(why.contains("fixed host port 8000"), "{why}");
            assert_eq!(of(fixed, 1), None);
        }
        assert!(
            of("    container_name: only\n", 2)
                .unwrap()
                .contains("only")
        );
        for free in [
            "",
            "    ports:\n    - \"8000\"\n",
            "    ports:\n    - target: 8000\n",
            "    ports:\n    - \"8000-8003:8000\"\n",
        ] {
            assert_eq!(of(free, 4), None, "{free}");
        }
        assert!(of("    ports:\n    - \"8000-8003:8000\"\n", 5).is_some());
    }
}
