//! Credentials that the API server of a bed takes, as long as they last.

use std::{path::Path, time::Duration};

use quarterdeck::sim::clock::SimClock;
use rcgen::{
    CertificateParams, DnType, DnValue, ExtendedKeyUsagePurpose, Issuer, KeyPair, KeyUsagePurpose,
    string::PrintableString,
};
use serde_json::{Value, json};

use super::bed::Bed;

/// Who one says one is.
pub enum Credentials {
    Token(String),
    /// PEM of a certificate and its key.
    Certificate {
        certificate: String,
        key: String,
    },
    /// A plugin: its `exec` as a kubeconfig has it.
    Exec(Value),
}

impl Credentials {
    /// A client certificate of `user` that holds for so long from now.
    pub fn certificate(bed: &Bed, user: &str, groups: &[&str], holds: Duration) -> Self {
        let printable =
            |text: &str| DnValue::PrintableString(PrintableString::try_from(text).unwrap());
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        // As tests/real/cluster/tools.go writes it, letter for letter: chains are found by the bytes of the name.
        authority.distinguished_name.remove(DnType::CommonName);
        authority
            .distinguished_name
            .push(DnType::CommonName, printable("quarterdeck-bed"));
        let pem = std::fs::read_to_string(bed.certificates().join("ca.key")).unwrap();
        let issuer = Issuer::new(authority, KeyPair::from_pem(&pem).unwrap());

        let key = KeyPair::generate().unwrap();
        let mut leaf = CertificateParams::new(Vec::new()).unwrap();
        leaf.distinguished_name.remove(DnType::CommonName);
        leaf.distinguished_name.push(DnType::CommonName, user);
        for group in groups {
            leaf.distinguished_name
                .push(DnType::OrganizationName, *group);
        }
        let now = std::time::SystemTime::from(SimClock::wall());
        leaf.not_before = (now - Duration::from_secs(60)).into();
        leaf.not_after = (now + holds).into();
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        Self::Certificate {
            certificate: leaf.signed_by(&key, &issuer).unwrap().pem(),
            key: key.serialize_pem(),
        }
    }

    fn as_user(&self) -> Value {
        use base64::Engine;
        let encode = |text: &String| base64::engine::general_purpose::STANDARD.encode(text);
        match self {
            Self::Token(token) => json!({"token": token}),
            Self::Certificate { certificate, key } => json!({
                "client-certificate-data": encode(certificate),
                "client-key-data": encode(key),
            }),
            Self::Exec(exec) => json!({"exec": exec}),
        }
    }
}

pub(super) fn write_kubeconfig(path: &Path, server: &str, authority: &Path, who: &Credentials) {
    let text = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "bed",
        "clusters": [{"name": "bed", "cluster": {"server": server, "certificate-authority": authority}}],
        "users": [{"name": "own", "user": who.as_user()}],
        "contexts": [{"name": "bed", "context": {"cluster": "bed", "user": "own"}}],
    });
    // One move: whoever reads it again never sees half of it.
    let new = path.with_extension("new");
    std::fs::write(&new, text.to_string()).unwrap();
    std::fs::rename(new, path).unwrap();
}
