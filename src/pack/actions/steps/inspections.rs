//! What is only looked at: `read.cert = { tls = { host = "a.example", port = 443 } }`.

use super::super::holes::Holes;
use crate::{
    domain::action::{
        inspection::{
            Certificate, Config, Dated, EnvOf, Inspection, Objects, Store, Variable, field_of_mount,
        },
        step::Template,
    },
    pack::reader::{Node, Table},
};

/// The kinds, as they are written.
pub(super) const KINDS: [&str; 6] = ["tls", "host", "objects", "config", "systemd", "compose"];

/// Whether something is looked at; systemd and compose are also told things, by a verb.
pub(super) fn is_one(kind: &str, what: &Node<'_>) -> bool {
    match kind {
        "systemd" | "compose" => what.if_table().is_some(),
        kind => KINDS.contains(&kind),
    }
}

pub(super) fn read(kind: &str, what: &Node<'_>, holes: &Holes<'_>) -> Option<Inspection> {
    let table = what.table()?;
    let found = match kind {
        "tls" => certificate(&table, holes).map(Inspection::Tls),
        "host" => Some(Inspection::Host {
            place: super::outside::place(&table, holes),
            disk: mounts(&table),
        }),
        "objects" => objects(&table, holes).map(Inspection::Objects),
        "config" => config(&table, holes).map(Inspection::Config),
        "systemd" => table
            .require("unit")
            .and_then(|node| holes.template(&node))
            .map(|unit| Inspection::Unit {
                place: super::outside::place(&table, holes),
                unit,
            }),
        _ => {
            table.require("place");
            let place = super::outside::place(&table, holes);
            let service = table
                .require("service")
                .and_then(|node| holes.template(&node));
            place
                .zip(service)
                .map(|(place, service)| Inspection::Service { place, service })
        }
    };
    table.finish();
    found
}

fn text(table: &Table<'_>, key: &str) -> Option<String> {
    table.get(key)?.str().map(str::to_owned)
}

/// What a server shows, or what is in a file.
fn certificate(table: &Table<'_>, holes: &Holes<'_>) -> Option<Certificate> {
    if let Some(node) = table.get("file") {
        if let Some(host) = table.get("host") {
            host.error("a `file` or a `host`, not both", None);
        }
        return Some(Certificate::File {
            place: super::outside::place(table, holes),
            path: holes.template(&node)?,
        });
    }
    let Some(node) = table.get("host") else {
        let help = "add `host = \"a.example\"`, or `file = \"/etc/ssl/a.crt\"`".to_owned();
        table.error("it isn't said whose certificate", Some(help));
        return None;
    };
    let host = holes.template(&node)?;
    let odd = |c: char| c.is_whitespace() || c == '/' || c == '@';
    if let Some(name) = host.whole().filter(|it| it.is_empty() || it.contains(odd)) {
        let help = "write `host = \"a.example\", port = 443`".to_owned();
        node.error(format!("`{name}` is no host"), Some(help));
    }
    let port = match table.get("port") {
        None => 443,
        Some(node) => match node.integer().and_then(|port| u16::try_from(port).ok()) {
            Some(port) if port > 0 => port,
            _ => {
                node.error("it is no port", None);
                443
            }
        },
    };
    Some(Certificate::Served {
        host,
        port,
        name: text(table, "name"),
    })
}

fn mounts(table: &Table<'_>) -> Vec<String> {
    let Some(node) = table.get("disk") else {
        return vec!["/".to_owned()];
    };
    let mut mounts: Vec<String> = Vec::new();
    for (node, mount) in node.strings() {
        let field = field_of_mount(mount);
        if !mount.starts_with('/') {
            node.error(format!("`{mount}` is no mount: it begins with `/`"), None);
        } else if mounts.iter().any(|known| field_of_mount(known) == field) {
            node.error(format!("another mount is called `{field}` already"), None);
        } else {
            mounts.push(mount.to_owned());
        }
    }
    if node.strings().is_empty() {
        node.error("no mount is named", None);
    }
    mounts
}

fn objects(table: &Table<'_>, holes: &Holes<'_>) -> Option<Objects> {
    let place = super::outside::place(table, holes);
    let date = table.get("date").and_then(|node| {
        let format = node.str()?;
        let fits = jiff::fmt::strtime::format(format, jiff::civil::date(2026, 1, 2));
        if fits.is_ok_and(|text| text != format) {
            return Some(Dated {
                format: format.to_owned(),
                zone: holes.places.zone.clone(),
            });
        }
        let help = "write `date = \"%Y-%m-%d\"`".to_owned();
        node.error("this is no form of a date", Some(help));
        None
    });
    let name = table.get("name").and_then(|node| {
        let text = node.str()?;
        if let Err(error) = regex::Regex::new(text) {
            let what = error.to_string();
            let last = what.lines().last().unwrap_or(&what).to_owned();
            node.error(format!("not a regular expression: {last}"), None);
        }
        Some(text.to_owned())
    });
    let written = table.get("written").and_then(|node| {
        let today = node.one_of("day", &[("today", ())]);
        today.map(|()| holes.places.zone.clone())
    });
    Some(Objects {
        of: store(table, holes)?,
        place,
        date,
        name,
        written,
    })
}

fn store(table: &Table<'_>, holes: &Holes<'_>) -> Option<Store> {
    match (table.get("url"), table.get("folder")) {
        (Some(node), None) => {
            let url = holes.template(&node)?;
            let known = ["s3://", "oss://"];
            let written = url.to_string();
            let bucket = known.iter().find_map(|scheme| written.strip_prefix(scheme));
            // What the environment calls a bucket the pack wrote as well; what a person types chooses none.
            let chosen = |bucket: &str| bucket.starts_with('$') && !bucket.starts_with("$env.");
            if bucket.is_none_or(|it| it.is_empty() || it.starts_with('/') || chosen(it)) {
                let help = "write `s3://bucket/prefix/` or `oss://bucket/prefix/`".to_owned();
                node.error("this is no bucket", Some(help));
            }
            let program = table.get("program").and_then(|node| {
                let path = node.str()?;
                crate::pack::actions::programs::program(&node, &[path], true);
                Some(path.to_owned())
            });
            Some(Store::Bucket {
                url,
                program,
                secrets: holes.secrets(table.get("secrets")),
            })
        }
        (None, Some(node)) => Some(Store::Folder {
            path: holes.template(&node)?,
        }),
        (Some(_), Some(node)) => {
            node.error("a `url` or a `folder`, not both", None);
            None
        }
        (None, None) => {
            let help = "add `url = \"s3://bucket/prefix/\"`, or `folder = \"/backup\"`".to_owned();
            table.error("it isn't said where they are", Some(help));
            None
        }
    }
}

fn config(table: &Table<'_>, holes: &Holes<'_>) -> Option<Config> {
    let place = super::outside::place(table, holes);
    let files: Vec<Template> = table
        .get("files")
        .map(|node| node.strings())
        .unwrap_or_default()
        .into_iter()
        .map(|(node, text)| holes.template_at(&node, text, 0))
        .collect();
    let key = table.require("key").and_then(|node| {
        let key = node.str()?;
        if key.split('.').any(str::is_empty) {
            node.error(format!("`{key}` is no key: write `database.pool`"), None);
        }
        Some(key.to_owned())
    });
    let env = variable(table, key.as_deref());
    let secrets = secret_folders(table);
    let nowhere = ["files", "env", "env_of", "secrets"]
        .iter()
        .all(|from| table.get(from).is_none());
    if nowhere && key.is_some() {
        let help = "add `files = [ … ]`, or `env_of = { unit = \"app\" }`".to_owned();
        table.error("it isn't said where it is read", Some(help));
    }
    let secret = table.get("secret").and_then(|node| node.boolean());
    let default = text(table, "default");
    Some(Config {
        place,
        files,
        key: key?,
        env,
        secrets,
        default,
        secret: secret.unwrap_or(false),
    })
}

/// `secrets = ["/run/secrets"]`: by their whole paths, since where a program in a container stands nobody says.
fn secret_folders(table: &Table<'_>) -> Vec<String> {
    let Some(node) = table.get("secrets") else {
        return Vec::new();
    };
    let folders = node.strings().into_iter().map(|(node, folder)| {
        if !folder.starts_with('/') || folder.contains('$') {
            let help = "write `secrets = [\"/run/secrets\"]`".to_owned();
            node.error("a folder of secrets is named by its whole path", Some(help));
        }
        folder.trim_end_matches('/').to_owned()
    });
    folders.collect()
}

/// `env_of = { unit = "app" }`: the variable is `env`, or has the name of the key.
fn variable(table: &Table<'_>, key: Option<&str>) -> Option<Variable> {
    let name = text(table, "env");
    let Some(node) = table.get("env_of") else {
        if name.is_some() {
            let help = "add `env_of = { unit = \"app\" }` or `{ service = \"app\" }`".to_owned();
            table.error("whose environment? that of the service counts", Some(help));
        }
        return None;
    };
    let of = node.table()?;
    let found = match (text(&of, "unit"), text(&of, "service")) {
        (Some(unit), None) => Some(EnvOf::Unit(unit)),
        (None, Some(service)) => {
            if table.get("place").is_none() {
                node.error("a service of compose is at a `place`", None);
            }
            Some(EnvOf::Service(service))
        }
        _ => {
            let help = "write `{ unit = \"app\" }` or `{ service = \"app\" }`".to_owned();
            node.error("whose environment is it?", Some(help));
            None
        }
    };
    of.finish();
    Some(Variable {
        name: name.or_else(|| key.map(str::to_owned))?,
        of: found?,
    })
}
