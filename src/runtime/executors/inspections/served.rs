//! The certificate a server shows, trusted or not: one handshake, nothing said.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use rustls::{
    ClientConfig, DigitallySignedStruct, Error, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::certificate::told;
use crate::{
    domain::action::{refusal::Refusal, value::Values},
    trust::{self, Authorities},
};

/// What a server showed, and whether this host trusts it.
#[derive(Debug, Clone)]
struct Shown {
    certificate: CertificateDer<'static>,
    trusted: Option<bool>,
}

/// Takes whatever is shown, to look at it: nothing is ever sent over such a line.
#[derive(Debug)]
struct Witness {
    provider: Arc<CryptoProvider>,
    /// `None`: this host trusts nobody.
    judge: Option<Arc<WebPkiServerVerifier>>,
    shown: Mutex<Option<Shown>>,
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        stapled: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let judged = self.judge.as_ref();
        let judged = judged.map(|judge| {
            judge
                .verify_server_cert(certificate, others, name, stapled, now)
                .is_ok()
        });
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(Shown {
            certificate: certificate.clone().into_owned(),
            trusted: judged,
        });
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

pub(super) async fn look(at: (&str, u16), name: &str, now: Timestamp) -> Result<Values, Refusal> {
    let authorities = trust::roots_of(Authorities::System).ok();
    look_as(at, name, authorities, now).await
}

async fn look_as(
    (host, port): (&str, u16),
    name: &str,
    authorities: Option<rustls::RootCertStore>,
    now: Timestamp,
) -> Result<Values, Refusal> {
    let unreadable = |why: String| Refusal::unreadable(format!("{host}:{port}"), why);
    let server = ServerName::try_from(name.to_owned());
    let server = server.map_err(|error| unreadable(format!("{name}: {error}")))?;
    let provider = Arc::new(ring::default_provider());
    let judge = authorities.and_then(|roots| {
        let builder =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        builder.build().ok()
    });
    let witness = Arc::new(Witness {
        provider: Arc::clone(&provider),
        judge,
        shown: Mutex::default(),
    });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows the versions of TLS that are safe")
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&witness) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    let stream = TcpStream::connect((host, port)).await;
    let stream = stream.map_err(|error| unreadable(error.to_string()))?;
    let shaken = TlsConnector::from(Arc::new(config))
        .connect(server, stream)
        .await;
    let shown = witness.shown.lock().unwrap_or_else(PoisonError::into_inner);
    match (shown.clone(), shaken) {
        // A server that wants to know who asks has shown its own by then.
        (Some(shown), _) => told(&shown.certificate, shown.trusted, now).map_err(unreadable),
        (None, Err(error)) => Err(unreadable(error.to_string())),
        (None, Ok(_)) => Err(unreadable("it shows no certificate".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use rustls::{RootCertStore, ServerConfig, pki_types::pem::PemObject as _};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;

    use super::*;
    use crate::{domain::action::value::Value, trust::testing::Authority};

    /// Answers once with these terms, and looks with this trust.
    async fn shown(
        server: Arc<ServerConfig>,
        trust: Option<&Authority>,
        name: &str,
    ) -> Result<Values, Refusal> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = async {
            let (stream, _) = listener.accept().await.unwrap();
            let _ = TlsAcceptor::from(server).accept(stream).await;
        };
        let mut roots = RootCertStore::empty();
        if let Some(authority) = trust {
            let der = CertificateDer::from_pem_slice(authority.pem().as_bytes()).unwrap();
            roots.add(der).unwrap();
        }
        let roots = trust.map(|_| roots);
        let looking = look_as(("127.0.0.1", port), name, roots, Timestamp::UNIX_EPOCH);
        futures::join!(serving, looking).1
    }

    #[tokio::test]
    async fn a_certificate_is_told_and_whether_it_is_trusted() {
        let (ours, theirs) = (Authority::new(), Authority::new());
        for (trust, name, trusted) in [
            (Some(&ours), "a.example", Value::Bool(true)),
            (Some(&ours), "b.example", Value::Bool(false)),
            (Some(&theirs), "a.example", Value::Bool(false)),
            (None, "a.example", Value::Absent),
        ] {
            let values = shown(ours.server("a.example"), trust, name).await.unwrap();
            assert_eq!(values["trusted"], trusted, "{name}");
            assert!(values["days"].as_f64().unwrap() > 0.0);
            assert_eq!(values["fingerprint"].to_string().len(), 64);
        }
    }

    #[tokio::test]
    async fn a_server_that_lets_nobody_in_shows_its_own_all_the_same() {
        let ours = Authority::new();
        let values = shown(ours.closed_server("a.example"), Some(&ours), "a.example").await;
        assert_eq!(values.unwrap()["trusted"], Value::Bool(true));
    }

    #[tokio::test]
    async fn what_does_not_speak_tls_is_unknown_and_says_why() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let closing = async {
            drop(listener.accept().await.unwrap());
        };
        let looking = look_as(
            ("127.0.0.1", port),
            "a.example",
            None,
            Timestamp::UNIX_EPOCH,
        );
        let refusal = futures::join!(closing, looking).1.unwrap_err();
        assert_eq!(refusal.id(), "unreadable");
        drop(listener);
        let looking = look_as(
            ("127.0.0.1", port),
            "a.example",
            None,
            Timestamp::UNIX_EPOCH,
        );
        let refusal = looking.await.unwrap_err();
        assert!(format!("{refusal:?}").contains("refused"), "{refusal:?}");
    }
}
