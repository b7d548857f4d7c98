//! Values of Secrets, where a pack names them: read when they are needed, and kept by nobody.

use base64::Engine;
use kube::Client;
use secrecy::{ExposeSecret, SecretString};

use super::{
    path,
    wire::{Trouble, Wire, resource},
};
use crate::domain::{
    action::{refusal::Refusal, target::Target},
    object::KindRef,
};

/// The value of one key of a Secret. No error quotes any of it.
pub async fn secret_value(
    client: &Client,
    namespace: &str,
    name: &str,
    key: &str,
) -> Result<SecretString, Refusal> {
    let kind = KindRef::new("", "v1", "Secret", "secrets", true);
    let resource = resource(&kind, None);
    let target = Target::Object {
        kind: kind.clone(),
        namespace: Some(namespace.to_owned()),
        name: name.to_owned(),
    };
    let not_found = || Refusal::NotFound {
        target: format!("{target}#{key}"),
    };
    let path = path::of(&kind, Some(namespace), name, None).ok_or_else(not_found)?;
    let wire = Wire {
        client: client.clone(),
    };
    let found = wire.get(&path).await;
    let found =
        found.map_err(|it: Trouble| it.refusal("get", &resource, Some(namespace), &target))?;
    let encoded = found["data"][key].as_str().ok_or_else(not_found)?;
    let encoded = SecretString::from(encoded);
    let unreadable = || Refusal::Unreadable {
        what: format!("{target}#{key}"),
        why: "it is no text".to_owned(),
    };
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(encoded.expose_secret())
        .map_err(|_| unreadable())?;
    String::from_utf8(bytes)
        .map(SecretString::from)
        .map_err(|_| unreadable())
}
