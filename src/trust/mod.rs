//! Whom we trust when a line is sealed: the authorities to which a server proves its name.

#[cfg(test)]
pub mod testing;

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use thiserror::Error;

/// Where authorities of the system lie.
const SYSTEM: [&str; 3] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
];

/// The authorities of one line, and of no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authorities<'a> {
    /// Those the host trusts.
    System,
    /// Those in a file.
    File(&'a Path),
    /// Those of a text in PEM.
    Pem(&'a str),
}

/// Why nobody can be trusted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Untrusted {
    #[error("no authorities are trusted on this host")]
    NoSystem,
    #[error("{at}: {why}")]
    File { at: String, why: String },
    #[error("authorities: {0}")]
    Text(String),
}

/// How a client seals a line: with a server that proves its name to these authorities, or not at all.
pub fn client(authorities: Authorities<'_>) -> Result<ClientConfig, Untrusted> {
    let roots = roots_of(authorities)?;
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider knows the versions of TLS that are safe");
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// The certificates of authorities.
pub fn roots_of(authorities: Authorities<'_>) -> Result<RootCertStore, Untrusted> {
    match authorities {
        Authorities::Pem(text) => {
            let all = CertificateDer::pem_slice_iter(text.as_bytes());
            roots(all).map_err(Untrusted::Text)
        }
        Authorities::File(file) => of_file(file),
        Authorities::System => {
            let file = SYSTEM.iter().map(Path::new).find(|path| path.exists());
            of_file(file.ok_or(Untrusted::NoSystem)?)
        }
    }
}

fn of_file(file: &Path) -> Result<RootCertStore, Untrusted> {
    let wrong = |why: String| Untrusted::File {
        at: file.display().to_string(),
        why,
    };
    let all = CertificateDer::pem_file_iter(file).map_err(|error| wrong(error.to_string()))?;
    roots(all).map_err(wrong)
}

fn roots<E: std::fmt::Display>(
    all: impl Iterator<Item = Result<CertificateDer<'static>, E>>,
) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for certificate in all {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    if roots.is_empty() {
        return Err("there is no certificate in it".to_owned());
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_no_certificate_trusts_nobody() {
        for text in [
            "",
            "hunter2",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        ] {
            let error = client(Authorities::Pem(text)).unwrap_err();
            assert!(matches!(error, Untrusted::Text(_)), "{text}: {error}");
        }
        let absent = Path::new("/nowhere/ca.pem");
        let error = client(Authorities::File(absent)).unwrap_err().to_string();
        assert!(error.starts_with("/nowhere/ca.pem: "), "{error}");
    }
}
