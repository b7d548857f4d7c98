//! What a container is started with: its command, its environment, what is mounted into it.

use k8s_openapi::api::core::v1::{Container, EnvVar};

use super::text;

/// Longer values are cut: a screen is not where a whole file in a variable is read.
const LONGEST: usize = 400;

pub(super) fn command(container: &Container) -> Vec<String> {
    let words = [&container.command, &container.args];
    let words = words.into_iter().flatten().flatten();
    words.map(|word| short(word)).collect()
}

pub(super) fn env(container: &Container) -> Vec<String> {
    let from = container.env_from.iter().flatten().filter_map(|from| {
        let prefix = from.prefix.as_deref().unwrap_or_default();
        let (kind, name) = match (&from.secret_ref, &from.config_map_ref) {
            (Some(secret), _) => ("secret", secret.name.as_str()),
            (_, Some(config)) => ("configmap", config.name.as_str()),
            _ => return None,
        };
        Some(text(&format!("{prefix}* ← {kind} {name}")))
    });
    let own = container.env.iter().flatten().map(variable);
    from.chain(own).collect()
}

fn variable(variable: &EnvVar) -> String {
    let name = &variable.name;
    if let Some(value) = &variable.value {
        return short(&format!("{name}={value}"));
    }
    let source = variable.value_from.as_ref();
    let told = source.and_then(|source| {
        if let Some(key) = &source.secret_key_ref {
            return Some(format!("secret {}/{}", key.name, key.key));
        }
        if let Some(key) = &source.config_map_key_ref {
            return Some(format!("configmap {}/{}", key.name, key.key));
        }
        if let Some(field) = &source.field_ref {
            return Some(format!("field {}", field.field_path));
        }
        let resource = source.resource_field_ref.as_ref()?;
        Some(format!("resource {}", resource.resource))
    });
    match told {
        Some(told) => short(&format!("{name} ← {told}")),
        None => short(&format!("{name}=")),
    }
}

pub(super) fn mounts(container: &Container) -> Vec<String> {
    let mounts = container.volume_mounts.iter().flatten();
    let mounts = mounts.map(|mount| {
        let mode = if mount.read_only == Some(true) {
            "ro"
        } else {
            "rw"
        };
        let part = mount.sub_path.as_deref().map(|path| format!("/{path}"));
        let part = part.unwrap_or_default();
        text(&format!(
            "{} ← {}{part} ({mode})",
            mount.mount_path, mount.name
        ))
    });
    mounts.collect()
}

fn short(raw: &str) -> String {
    let whole = text(raw);
    if whole.chars().count() <= LONGEST {
        return whole;
    }
    let mut cut: String = whole.chars().take(LONGEST).collect();
    cut.push('…');
    cut
}
