use std::sync::Arc;

use rustls::ServerConfig;

use super::*;
use crate::trust::testing::Authority;

/// A server that speaks TLS, its authority's PEM, and a client's certificate and key of the same authority.
struct Tls {
    config: Arc<ServerConfig>,
    authority: String,
    client: String,
    client_key: String,
}

fn tls(wants_client: bool) -> Tls {
    let authority = Authority::new();
    let (client, client_key) = authority.issue("watch");
    Tls {
        config: if wants_client {
            authority.closed_server("127.0.0.1")
        } else {
            authority.server("127.0.0.1")
        },
        authority: authority.pem(),
        client: client.pem(),
        client_key: client_key.serialize_pem(),
    }
}

async fn serve(listener: TcpListener, config: Arc<ServerConfig>) {
    let acceptor = tokio_rustls::TlsAcceptor::from(config);
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        let Ok(mut stream) = acceptor.accept(socket).await else {
            continue;
        };
        let mut asked = [0; 4096];
        if stream.read(&mut asked).await.is_ok() {
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\ntrue")
                .await;
            let _ = stream.shutdown().await;
        }
    }
}

async fn ask_tls(
    tls: &Tls,
    change: impl Fn(&mut HttpEndpoint, &std::path::Path),
) -> Result<Value, Failure> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("ca.pem", &tls.authority),
        ("client.pem", &tls.client),
        ("client.key", &tls.client_key),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut endpoint = HttpEndpoint::new(format!("https://{}", listener.local_addr().unwrap()));
    change(&mut endpoint, folder.path());
    tokio::select! {
        () = serve(listener, Arc::clone(&tls.config)) => unreachable!("it serves for ever"),
        answer = ask(endpoint) => answer,
    }
}

#[tokio::test]
async fn only_the_stated_authority_is_trusted() {
    let (ours, other) = (tls(false), tls(false));
    let trusted = ask_tls(&ours, |endpoint, folder| {
        endpoint.ca_file = Some(folder.join("ca.pem"));
    })
    .await;
    assert_eq!(trusted, Ok(json!(true)));
    let folder = tempfile::tempdir().unwrap();
    let stranger = folder.path().join("other.pem");
    std::fs::write(&stranger, &other.authority).unwrap();
    let failure = ask_tls(&ours, |endpoint, _| {
        endpoint.ca_file = Some(stranger.clone());
    })
    .await
    .unwrap_err();
    assert_eq!(failure.trouble.kind, TroubleKind::Unreachable);
    assert!(
        failure.trouble.detail.contains("certificate"),
        "{failure:?}"
    );
}

#[tokio::test]
async fn a_client_certificate_opens_the_door() {
    let tls = tls(true);
    let with_cert = |endpoint: &mut HttpEndpoint, folder: &std::path::Path| {
        endpoint.ca_file = Some(folder.join("ca.pem"));
        endpoint.client_cert = Some(ClientCert {
            cert_file: folder.join("client.pem"),
            key_file: folder.join("client.key"),
        });
    };
    assert_eq!(ask_tls(&tls, with_cert).await, Ok(json!(true)));
    let without = ask_tls(&tls, |endpoint, folder| {
        endpoint.ca_file = Some(folder.join("ca.pem"));
    })
    .await
    .unwrap_err();
    assert_eq!(
        without.trouble.kind,
        TroubleKind::Unreachable,
        "{without:?}"
    );
}
