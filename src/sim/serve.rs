//! What `demo --serve DIR` leaves in its folder: a kubeconfig, and last a config that points at the embedded cluster.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use toml::{Table, Value};

use super::start::SimHandle;

/// Why the folder could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("{path}: {error}")]
    File { path: PathBuf, error: io::Error },
    #[error("{url} doesn't answer: {error}")]
    Silent { url: String, error: io::Error },
}

impl SimHandle {
    /// A kubeconfig for the embedded cluster, with its CA and token inside.
    pub fn kubeconfig(&self) -> String {
        let (context, namespace) = (&self.context, &self.namespace);
        let (server, token) = (&self.kubernetes_url, &self.token);
        let ca = STANDARD.encode(&self.ca_pem);
        format!(
            "apiVersion: v1\n\
             kind: Config\n\
             current-context: {context}\n\
             clusters:\n\
             - name: {context}\n  cluster:\n    server: {server}\n    certificate-authority-data: {ca}\n\
             contexts:\n\
             - name: {context}\n  context:\n    cluster: {context}\n    namespace: {namespace}\n    user: demo\n\
             users:\n\
             - name: demo\n  user:\n    token: {token}\n"
        )
    }

    /// Writes the folder; `config.toml` appears last, when all servers answer.
    pub async fn write_serve_dir(&self, dir: &Path) -> Result<(), ServeError> {
        let wrong = |path: &Path| {
            let path = path.to_owned();
            move |error| ServeError::File { path, error }
        };
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(wrong(dir))?;
        let dir = fs::canonicalize(dir).map_err(wrong(dir))?;
        forget_serve_dir(&dir)?;
        let place = |name: &str| dir.join(name);
        for (name, text) in [
            ("kubeconfig", self.kubeconfig()),
            ("ca.pem", self.ca_pem.clone()),
            ("token", self.token.clone()),
        ] {
            private(&place(name), &text).map_err(wrong(&place(name)))?;
        }
        for url in [
            &self.kubernetes_url,
            &self.prometheus_url,
            &self.alertmanager_url,
        ] {
            self.answers(url)
                .await
                .map_err(|error| ServeError::Silent {
                    url: url.clone(),
                    error,
                })?;
        }
        let config = place("config.toml");
        private(&config, &self.config(&dir)).map_err(wrong(&config))
    }

    fn config(&self, dir: &Path) -> String {
        let path = |name: &str| Value::from(dir.join(name).to_string_lossy().into_owned());
        let server = |key: &str, url: Value| {
            let fields = [
                (key, url),
                ("ca_file", path("ca.pem")),
                ("token_file", path("token")),
            ];
            Value::Table(
                fields
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect(),
            )
        };
        let mut demo = Table::new();
        demo.insert("serve".to_owned(), Value::from(self.control_url.as_str()));
        let whole: Table = [
            ("pack", Value::from(self.pack.as_str())),
            ("context", Value::from(self.context.as_str())),
            ("kubeconfig", path("kubeconfig")),
            (
                "prometheus",
                server("url", Value::from(self.prometheus_url.as_str())),
            ),
            (
                "alertmanager",
                server("urls", Value::from(vec![self.alertmanager_url.as_str()])),
            ),
            ("demo", Value::Table(demo)),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
        whole.to_string()
    }

    /// Whether a server of this cluster answers a request over TLS, whatever it says.
    async fn answers(&self, url: &str) -> io::Result<()> {
        let address = url.strip_prefix("https://").unwrap_or(url);
        let certificate =
            CertificateDer::from_pem_slice(self.ca_pem.as_bytes()).map_err(io::Error::other)?;
        let mut roots = RootCertStore::empty();
        roots.add(certificate).map_err(io::Error::other)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
        let socket = TcpStream::connect(address).await?;
        let mut secured = TlsConnector::from(Arc::new(config))
            .connect(name, socket)
            .await?;
        secured
            .write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            .await?;
        let mut head = [0; 5];
        secured.read_exact(&mut head).await?;
        if &head == b"HTTP/" {
            Ok(())
        } else {
            Err(io::Error::other("not HTTP"))
        }
    }
}

/// Takes `config.toml` away, so that nobody follows it to servers that are gone.
pub fn forget_serve_dir(dir: &Path) -> Result<(), ServeError> {
    let path = dir.join("config.toml");
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(ServeError::File { path, error })
        }
        _ => Ok(()),
    }
}

/// Writes a file that only its owner may read, in one step as others see it.
fn private(path: &Path, text: &str) -> io::Result<()> {
    let draft = path.with_extension("new");
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&draft, path)
}
