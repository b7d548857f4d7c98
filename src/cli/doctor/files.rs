//! What lies on this machine: configuration, policy, modes, the state folder, packs.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use crate::{
    cli::packs,
    config::{Errors, Inputs, Loaded, policy::read_policy},
    domain::{
        settings::{Access, Credentials, Settings},
        shell::quoted,
    },
    i18n::Texts,
    runtime::memory,
};

use super::check::{Check, Group, Outcome};

fn check(id: &str, subject: &str, result: Outcome, detail: String) -> Check {
    Check::new(Group::Files, id, subject, result, detail)
}

/// Whether what was configured holds.
pub(super) fn config(texts: &Texts, inputs: &Inputs, loaded: &Result<Loaded, Errors>) -> Check {
    let subject = texts.t("doctor-config");
    match loaded {
        Ok(_) => {
            let files = inputs.files().into_iter();
            let count = files.filter(|(path, _)| path.exists()).count();
            let detail = texts.with("doctor-config-ok", &[("count", count.into())]);
            check("config", subject, Outcome::Ok, detail)
        }
        Err(errors) => {
            let detail = errors.short(texts);
            check("config", subject, Outcome::Failed, detail).mend("quarterdeck config check")
        }
    }
}

/// Whether the policy of this host may be believed.
pub(super) fn policy(texts: &Texts, inputs: &Inputs) -> Check {
    let subject = texts.t("doctor-policy");
    let file = inputs.policy_file.display().to_string();
    let with = |key| texts.with(key, &[("file", file.as_str().into())]);
    match read_policy(&inputs.policy_file, inputs.policy_owner) {
        Ok(policy) if policy.policy.file.is_none() && !inputs.policy_file.exists() => {
            let detail = with("doctor-policy-none");
            check("policy", subject, Outcome::Skipped, detail)
        }
        Ok(_) => check("policy", subject, Outcome::Ok, with("doctor-policy-ok")),
        Err(wrong) => {
            let mut all = wrong.iter().map(|one| one.what.text(texts));
            let detail = all.next().unwrap_or_default();
            let mut check = check("policy", subject, Outcome::Failed, detail);
            for help in wrong.iter().flat_map(|one| &one.help) {
                // The help of a policy names the command: it stands in its one hole.
                let command = help.args.iter().find_map(|(_, word)| match word {
                    crate::config::say::Word::Plain(text) => Some(text.clone()),
                    _ => None,
                });
                check = check.mend(command.unwrap_or_else(|| help.text(texts)));
            }
            check
        }
    }
}

/// A file and whether it holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kept {
    path: PathBuf,
    secret: bool,
}

/// Whether others may change what we read, or read what is ours alone.
pub(super) fn modes(texts: &Texts, inputs: &Inputs, settings: Option<&Settings>) -> Vec<Check> {
    let files = kept(inputs, settings);
    let subject = texts.t("doctor-modes");
    let mut loose = Vec::new();
    let mut there = 0_usize;
    for file in &files {
        let Ok(metadata) = fs::metadata(&file.path) else {
            continue;
        };
        there += 1;
        let mode = metadata.permissions().mode() & 0o777;
        let (key, change) = match mode {
            _ if file.secret && mode & 0o077 != 0 => ("doctor-mode-read", "600"),
            _ if mode & 0o022 != 0 => ("doctor-mode-write", "go-w"),
            _ => continue,
        };
        let name = file.path.display().to_string();
        let args = [
            ("file", name.as_str().into()),
            ("mode", format!("{mode:o}").into()),
        ];
        let id = format!("modes/{}", loose.len() + 1);
        let found = check(&id, subject, Outcome::Failed, texts.with(key, &args));
        loose.push(found.mend(format!("chmod {change} {}", quoted(&name))));
    }
    if loose.is_empty() {
        let detail = texts.with("doctor-modes-ok", &[("count", there.into())]);
        loose.push(check("modes", subject, Outcome::Ok, detail));
    }
    loose
}

fn kept(inputs: &Inputs, settings: Option<&Settings>) -> Vec<Kept> {
    let plain = |path: &Path| Kept {
        path: path.to_owned(),
        secret: false,
    };
    let secret = |path: &Path| Kept {
        path: path.to_owned(),
        secret: true,
    };
    let mut files: Vec<Kept> = inputs.files().iter().map(|(path, _)| plain(path)).collect();
    let named = settings.and_then(|settings| settings.kubeconfig.clone());
    files.extend(
        kubeconfigs(named.as_deref(), inputs)
            .iter()
            .map(|path| secret(path)),
    );
    let mut of_access = |access: &Access| {
        match &access.credentials {
            Credentials::None => {}
            Credentials::BearerFile(file) => files.push(secret(file)),
            Credentials::Basic { password_file, .. } => files.push(secret(password_file)),
        }
        if let Some(cert) = &access.client_cert {
            files.push(secret(&cert.key_file));
        }
    };
    if let Some(settings) = settings {
        if let Some(prometheus) = &settings.prometheus {
            of_access(&prometheus.access);
        }
        if let Some(alertmanager) = &settings.alertmanager {
            of_access(&alertmanager.access);
        }
    }
    files
}

/// The kubeconfig files, by kubectl's rules, whether they are there or not.
pub(super) fn kubeconfigs(named: Option<&Path>, inputs: &Inputs) -> Vec<PathBuf> {
    if let Some(named) = named {
        return vec![named.to_owned()];
    }
    let listed = std::env::var_os("KUBECONFIG").filter(|list| !list.is_empty());
    match listed {
        Some(list) => std::env::split_paths(&list)
            .filter(|path| !path.as_os_str().is_empty())
            .collect(),
        None => inputs
            .home
            .iter()
            .map(|home| home.join(".kube/config"))
            .collect(),
    }
}

/// Whether what a person chooses can be kept.
pub(super) fn state(texts: &Texts) -> Check {
    let subject = texts.t("doctor-state");
    let Some(folder) = memory::state_folder() else {
        let detail = texts.t("doctor-state-none").to_owned();
        return check("state", subject, Outcome::Failed, detail).mend("export HOME=…");
    };
    // It is made when it is needed: until then the nearest folder above it decides.
    let nearest = folder.ancestors().find(|path| path.exists());
    let nearest = nearest.unwrap_or(Path::new("/"));
    let name = folder.display().to_string();
    match rustix::fs::access(
        nearest,
        rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK,
    ) {
        Ok(()) if nearest.is_dir() => {
            let detail = texts.with("doctor-state-ok", &[("folder", name.into())]);
            check("state", subject, Outcome::Ok, detail)
        }
        refused => {
            let why = refused.err().map_or_else(
                || texts.t("doctor-state-file").to_owned(),
                |error| std::io::Error::from(error).to_string(),
            );
            let args = [("folder", name.as_str().into()), ("why", why.into())];
            let detail = texts.with("doctor-state-bad", &args);
            let above = quoted(&nearest.display().to_string());
            check("state", subject, Outcome::Failed, detail).mend(format!(
                "sudo chown \"$USER\" {above} && chmod u+rwx {above}"
            ))
        }
    }
}

/// Whether every pack can be read, and the chosen one may be used.
pub(super) fn packs(texts: &Texts, loaded: Option<&Loaded>) -> Vec<Check> {
    let subject = texts.t("doctor-packs");
    let all = packs::all(texts);
    let count = all.len();
    let mut wrong: Vec<Check> = all
        .into_iter()
        .filter_map(|(name, read)| {
            let why = read.err()?;
            let id = format!("packs/{name}");
            Some(check(&id, subject, Outcome::Failed, first_line(&why)))
        })
        .collect();
    if let Some(why) = loaded.and_then(|loaded| packs::chosen(loaded, texts).err()) {
        let found = check("packs/chosen", subject, Outcome::Failed, first_line(&why));
        wrong.push(found.mend("quarterdeck config show --sources"));
    }
    if wrong.is_empty() {
        let detail = texts.with("doctor-packs-ok", &[("count", count.into())]);
        wrong.push(check("packs", subject, Outcome::Ok, detail));
    }
    wrong
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
