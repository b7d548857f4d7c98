//! Secrets of a pack: read where they are when a step needs them, held by nobody else, shown to nobody.

use std::{collections::BTreeMap, fmt, os::unix::fs::MetadataExt, path::Path, sync::Arc};

use futures::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};

use crate::domain::action::{
    place::{SecretDelivery, SecretSource, SecretSpec},
    refusal::Refusal,
};

/// The largest file that is read: keys and tokens are a hundredth of it, a bundle of authorities is half.
const LARGEST: u64 = 512 << 10;

/// Where secrets of the cluster are read.
pub trait ClusterSecrets: Send + Sync {
    /// The value of a key of a Secret, or why it can't be had.
    fn secret_value<'a>(
        &'a self,
        namespace: &'a str,
        name: &'a str,
        key: &'a str,
    ) -> BoxFuture<'a, Result<SecretString, String>>;
}

/// Why a secret can't be had; never a part of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    #[error("the pack has no secret `{0}`")]
    Unknown(String),
    #[error("the secret `{name}` can't be read: {why}")]
    Unreadable { name: String, why: String },
}

/// A secret that is not to be had is a reason not to begin.
impl From<SecretError> for Refusal {
    fn from(error: SecretError) -> Self {
        let (SecretError::Unknown(name) | SecretError::Unreadable { name, .. }) = &error;
        Self::unreadable(format!("secret {name}"), error.to_string())
    }
}

/// A secret that was read, and how what needs it gets it.
#[derive(Clone)]
pub struct Secret {
    pub name: String,
    pub deliver: SecretDelivery,
    value: SecretString,
}

impl Secret {
    pub const fn new(name: String, deliver: SecretDelivery, value: SecretString) -> Self {
        Self {
            name,
            deliver,
            value,
        }
    }

    /// The value, for what is handed to whom it is for.
    pub fn expose(&self) -> &str {
        self.value.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret")
            .field("name", &self.name)
            .field("deliver", &self.deliver)
            .finish_non_exhaustive()
    }
}

/// The secrets a pack names, and the ways to where they are.
#[derive(Clone, Default)]
pub struct Secrets {
    specs: BTreeMap<String, SecretSpec>,
    cluster: Option<Arc<dyn ClusterSecrets>>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets")
            .field("specs", &self.specs)
            .finish_non_exhaustive()
    }
}

impl Secrets {
    pub fn new(
        specs: impl IntoIterator<Item = SecretSpec>,
        cluster: Option<Arc<dyn ClusterSecrets>>,
    ) -> Self {
        Self {
            specs: specs
                .into_iter()
                .map(|spec| (spec.name.clone(), spec))
                .collect(),
            cluster,
        }
    }

    /// How a secret is handed over, without reading it.
    pub fn delivery(&self, name: &str) -> Result<&SecretDelivery, SecretError> {
        self.specs
            .get(name)
            .map(|spec| &spec.deliver)
            .ok_or_else(|| SecretError::Unknown(name.to_owned()))
    }

    /// Reads one now: it may have been renewed since the last time.
    pub async fn get(&self, name: &str) -> Result<Secret, SecretError> {
        let spec = self
            .specs
            .get(name)
            .ok_or_else(|| SecretError::Unknown(name.to_owned()))?;
        let value = self.value(&spec.from, 0o077).await;
        let value = value
            .and_then(usable)
            .map_err(|why| SecretError::Unreadable {
                name: name.to_owned(),
                why,
            })?;
        Ok(Secret::new(name.to_owned(), spec.deliver.clone(), value))
    }

    /// All that can be read now: what must be shown nowhere.
    pub async fn known(&self) -> Vec<Secret> {
        let reading = self.specs.keys().map(|name| self.get(name));
        let read = futures::future::join_all(reading).await;
        read.into_iter().filter_map(Result::ok).collect()
    }

    pub async fn all(&self, names: &[String]) -> Result<Vec<Secret>, SecretError> {
        let mut all = Vec::new();
        for name in names {
            all.push(self.get(name).await?);
        }
        Ok(all)
    }

    /// A text that everybody may read, such as certificates, where nobody else may change it.
    pub async fn public(&self, from: &SecretSource) -> Result<String, String> {
        let value = self.value(from, 0o022).await?;
        Ok(value.expose_secret().to_owned())
    }

    /// What is read from somewhere; a file only where others have none of these rights to it.
    async fn value(&self, from: &SecretSource, closed: u32) -> Result<SecretString, String> {
        match from {
            SecretSource::File(path) => {
                let path = path.clone();
                tokio::task::spawn_blocking(move || of_file(Path::new(&path), closed))
                    .await
                    .map_err(|error| error.to_string())?
            }
            SecretSource::Env(name) => std::env::var(name)
                .map(SecretString::from)
                .map_err(|_| format!("the variable {name} is not set, or is no text")),
            SecretSource::Kubernetes {
                namespace,
                name,
                key,
            } => match &self.cluster {
                Some(cluster) => cluster.secret_value(namespace, name, key).await,
                None => Err("there is no cluster to read it from".to_owned()),
            },
        }
    }
}

/// A file of ours or of root's, to which others have none of the closed rights.
fn of_file(path: &Path, closed: u32) -> Result<SecretString, String> {
    let at = path.display();
    let shown = |error: std::io::Error| format!("{at}: {error}");
    if !path.is_absolute() {
        return Err(format!("{at} is no absolute path"));
    }
    let file = std::fs::File::open(path).map_err(shown)?;
    let meta = file.metadata().map_err(shown)?;
    let own = rustix::process::geteuid().as_raw();
    if !meta.is_file() {
        return Err(format!("{at} is no file"));
    }
    if meta.uid() != own && meta.uid() != 0 {
        return Err(format!("{at} belongs to user {}", meta.uid()));
    }
    if meta.mode() & closed != 0 {
        return Err(if closed & 0o044 == 0 {
            format!("{at} may be changed by others: chmod go-w {at}")
        } else {
            format!("{at} may be read or changed by others: chmod 600 {at}")
        });
    }
    if meta.len() > LARGEST {
        return Err(format!("{at} is too large"));
    }
    let mut text = String::new();
    std::io::Read::read_to_string(&mut std::io::Read::take(file, LARGEST), &mut text)
        .map_err(shown)?;
    Ok(SecretString::from(text))
}

/// Without the line end an editor leaves.
fn usable(value: SecretString) -> Result<SecretString, String> {
    let text = value.expose_secret();
    let bare = text.trim_end_matches(['\n', '\r']);
    if bare.is_empty() {
        return Err("it is empty".to_owned());
    }
    if bare.contains('\0') {
        return Err("it has a NUL byte in it".to_owned());
    }
    if bare.len() == text.len() {
        return Ok(value);
    }
    Ok(SecretString::from(bare.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    fn secrets(from: SecretSource) -> Secrets {
        let spec = SecretSpec {
            name: "pg".to_owned(),
            from,
            deliver: SecretDelivery::Env("PGPASSWORD".to_owned()),
        };
        Secrets::new([spec], None)
    }

    fn file(text: &str, mode: u32) -> (tempfile::TempDir, Secrets) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let secrets = secrets(SecretSource::File(path.to_string_lossy().into_owned()));
        (folder, secrets)
    }

    #[tokio::test]
    async fn a_file_of_our_own_gives_its_text_without_its_line_end() {
        let (_folder, secrets) = file("hunter2 \n", 0o600);
        let secret = secrets.get("pg").await.unwrap();
        assert_eq!(secret.expose(), "hunter2 ");
        assert!(!format!("{secret:?} {secrets:?}").contains("hunter2"));
    }

    #[tokio::test]
    async fn a_file_that_others_may_read_is_refused_with_what_mends_it() {
        let (_folder, secrets) = file("hunter2", 0o640);
        let error = secrets.get("pg").await.unwrap_err().to_string();
        assert!(error.contains("chmod 600"), "{error}");
        assert!(!error.contains("hunter2"));
    }

    #[tokio::test]
    async fn what_is_empty_or_absent_is_told() {
        let (_folder, empty) = file("\n\n", 0o600);
        let error = empty.get("pg").await.unwrap_err().to_string();
        assert!(error.contains("empty"), "{error}");
        let error = empty.get("redis").await.unwrap_err();
        assert_eq!(error, SecretError::Unknown("redis".to_owned()));
        let absent = secrets(SecretSource::Env("QUARTERDECK_NO_SUCH_SECRET".to_owned()));
        assert!(absent.get("pg").await.is_err());
        let cluster = secrets(SecretSource::Kubernetes {
            namespace: "prod".to_owned(),
            name: "pg".to_owned(),
            key: "password".to_owned(),
        });
        assert!(cluster.get("pg").await.is_err());
    }
}
