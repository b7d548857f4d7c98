//! Through which proxy the API server is reached, by the rules kubectl has.

use std::net::IpAddr;

use http::Uri;

use crate::sources::http::ProxyEnv;

/// The proxy for `server`: one the kubeconfig names is always taken, one of the environment unless `NO_PROXY` names the
/// server or it is on this machine.
pub(super) fn proxy_for(
    server: &Uri,
    configured: Option<&str>,
    environment: &ProxyEnv,
) -> Option<Uri> {
    if let Some(configured) = configured.filter(|it| !it.is_empty()) {
        return configured.parse().ok();
    }
    let named = if server.scheme_str() == Some("http") {
        environment.http.as_deref()
    } else {
        environment.https.as_deref()
    }?;
    let except = environment.except.as_deref();
    if is_local(server) || except.is_some_and(|list| names(list, server)) {
        return None;
    }
    if named.contains("://") {
        named.parse().ok()
    } else {
        format!("http://{named}").parse().ok()
    }
}

fn host(server: &Uri) -> &str {
    let host = server.host().unwrap_or_default();
    host.trim_start_matches('[').trim_end_matches(']')
}

fn is_local(server: &Uri) -> bool {
    let host = host(server);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
}

/// Whether a `NO_PROXY` list names the server: hosts with their subdomains, addresses, ranges, each with an optional port.
fn names(list: &str, server: &Uri) -> bool {
    let port = server
        .port_u16()
        .unwrap_or(if server.scheme_str() == Some("http") {
            80
        } else {
            443
        });
    let host = host(server).to_lowercase();
    let address = host.parse::<IpAddr>().ok();
    list.split(',').map(str::trim).any(|entry| {
        if entry == "*" {
            return true;
        }
        if let Some((net, bits)) = entry.split_once('/') {
            return match (net.parse(), bits.parse(), address) {
                (Ok(net), Ok(bits), Some(address)) => within(address, net, bits),
                _ => false,
            };
        }
        if let Ok(named) = entry.parse::<IpAddr>() {
            return address == Some(named);
        }
        let (name, wanted) = match entry.rsplit_once(':') {
            Some((name, digits)) => match digits.parse::<u16>() {
                Ok(wanted) => (name, Some(wanted)),
                Err(_) => return false,
            },
            None => (entry, None),
        };
        let name = name.trim_start_matches('*').to_lowercase();
        if name.is_empty() || wanted.is_some_and(|it| it != port) {
            return false;
        }
        match name.strip_prefix('.') {
            Some(_) => host.ends_with(&name),
            None => host == name || host.ends_with(&format!(".{name}")),
        }
    })
}

fn within(address: IpAddr, net: IpAddr, bits: u32) -> bool {
    match (address, net) {
        (IpAddr::V4(address), IpAddr::V4(net)) if bits <= 32 => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            address.to_bits() & mask == net.to_bits() & mask
        }
        (IpAddr::V6(address), IpAddr::V6(net)) if bits <= 128 => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            address.to_bits() & mask == net.to_bits() & mask
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(server: &str, configured: Option<&str>, no_proxy: &str) -> Option<String> {
        let environment = ProxyEnv {
            http: None,
            https: Some("http://proxy:3128".to_owned()),
            except: Some(no_proxy.to_owned()),
        };
        proxy_for(&server.parse().unwrap(), configured, &environment).map(|it| it.to_string())
    }

    #[test]
    fn no_proxy_is_matched_against_the_server() {
        let proxied = Some("http://proxy:3128/".to_owned());
        for (server, no_proxy, expected) in [
            ("https://k8s.example.org:6443", "", &proxied),
            ("https://k8s.example.org:6443", "proxy", &proxied),
            ("https://k8s.example.org:6443", "example.org", &None),
            ("https://k8s.example.org:6443", ".example.org", &None),
            ("https://k8s.example.org:6443", "*.example.org", &None),
            ("https://k8s.example.org:6443", "ple.org", &proxied),
            ("https://k8s.example.org:6443", "example.org:443", &proxied),
            ("https://k8s.example.org:6443", "example.org:6443", &None),
            ("https://10.1.2.3", "10.0.0.0/8", &None),
            ("https://11.1.2.3", "10.0.0.0/8, ,bad/x", &proxied),
            ("https://10.1.2.3", "10.1.2.3", &None),
            ("https://[fd00::1]:6443", "fd00::/8", &None),
            ("https://10.1.2.3", "*", &None),
            ("https://127.0.0.1:6443", "", &None),
            ("https://localhost:6443", "", &None),
        ] {
            assert_eq!(
                &chosen(server, None, no_proxy),
                expected,
                "{server} {no_proxy}"
            );
        }
    }

    #[test]
    fn the_kubeconfig_has_the_last_word() {
        assert_eq!(
            chosen("https://10.1.2.3", Some("socks5://jump:1080"), "*").as_deref(),
            Some("socks5://jump:1080/")
        );
    }
}
