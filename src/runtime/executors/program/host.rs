//! This host, as the executors of programs share it: its places, its rules, who we are on it.

use std::{path::PathBuf, sync::Arc, time::Duration};

use super::{
    call::{Call, Ended, run},
    end::hear,
    far, files,
    group::AsUser,
    identity::Identity,
    path::{self, Known, known},
    place::{Places, host},
    rules::ProgramRules,
    ssh::Ssh,
};
use crate::{
    domain::action::{
        fact::{Fact, FactName},
        place::{PlaceSpec, SecretDelivery},
        refusal::Refusal,
        value::Value,
    },
    runtime::executors::{output::Ears, secrets::Secrets},
};

/// How long asking about something may take.
pub const ASKING: Duration = Duration::from_secs(15);

/// What executors of programs share.
#[derive(Debug, Clone)]
pub struct Host {
    pub places: Places,
    pub rules: ProgramRules,
    pub secrets: Secrets,
    pub identity: Identity,
    pub sudo: PathBuf,
    pub ssh: PathBuf,
}

impl Host {
    /// This host, with what a pack and the policy say.
    pub fn new(places: Places, rules: ProgramRules, secrets: Secrets) -> Self {
        Self {
            places,
            rules,
            secrets,
            identity: Identity::own(),
            sudo: PathBuf::from("/usr/bin/sudo"),
            ssh: PathBuf::from("/usr/bin/ssh"),
        }
    }

    /// What a program of a place is now.
    pub async fn known_at(
        self: &Arc<Self>,
        place: &PlaceSpec,
        path: &str,
    ) -> Result<Known, Refusal> {
        let Some(ssh) = self.ssh(place) else {
            return self.known(path).await;
        };
        path::named(path, &self.rules)?;
        if let Some(config) = ssh.config.clone() {
            self.trusts(config).await?;
        }
        let cwd = place.cwd.as_deref();
        let call = Call {
            program: "/bin/sh".into(),
            args: vec!["-c".to_owned(), far::question(path, cwd)],
            home: self.identity.home.clone(),
            over: Some(ssh),
            limit: ASKING,
            ..Call::default()
        };
        let heard = hear(&call).await;
        let heard =
            heard.map_err(|why| Refusal::unreadable(format!("place {}", place.name), why))?;
        far::judged(path, cwd, &heard.text, &self.rules)
    }

    /// Whether the settings of ssh may be used, which can name programs of their own.
    async fn trusts(self: &Arc<Self>, config: PathBuf) -> Result<(), Refusal> {
        let (host, what) = (Arc::clone(self), config.display().to_string());
        let looked = tokio::task::spawn_blocking(move || path::trusted(&config, &host.rules)).await;
        looked.unwrap_or_else(|error| Err(Refusal::unreadable(what, error.to_string())))
    }

    /// The way to a place that is at another host.
    fn ssh(&self, place: &PlaceSpec) -> Option<Ssh> {
        Some(Ssh {
            program: self.ssh.clone(),
            config: place.ssh_config.as_ref().map(PathBuf::from),
            host: place.ssh.clone()?,
            agent: std::env::var("SSH_AUTH_SOCK").ok(),
        })
    }

    /// What a program of this host is now.
    pub async fn known(self: &Arc<Self>, path: &str) -> Result<Known, Refusal> {
        let (host, path) = (Arc::clone(self), path.to_owned());
        let what = path.clone();
        let found = tokio::task::spawn_blocking(move || known(&path, &host.rules)).await;
        found.unwrap_or_else(|error| {
            Err(Refusal::Unreadable {
                what,
                why: error.to_string(),
            })
        })
    }

    /// How a program is called at a place.
    pub fn call(
        &self,
        place: &PlaceSpec,
        program: &Known,
        args: Vec<String>,
        limit: Duration,
    ) -> Call {
        let over = self.ssh(place);
        let ours = |user: &str| match &place.ssh {
            None => self.identity.is(user),
            Some(host) => host.split_once('@').is_some_and(|(name, _)| name == user),
        };
        let user = place.user.as_deref().filter(|user| !ours(user));
        Call {
            program: program.path.clone(),
            args,
            cwd: place.cwd.as_ref().map(PathBuf::from),
            home: self.identity.home.clone(),
            env: place.env.clone(),
            by: user.map(|user| AsUser {
                sudo: self.sudo.clone(),
                user: user.to_owned(),
            }),
            over,
            limit,
            ..Call::default()
        }
    }

    /// Whether a place's user can be had for this call without anybody being asked for a password.
    pub async fn may(&self, call: &Call) -> Result<(), Refusal> {
        let Some(by) = &call.by else { return Ok(()) };
        let mut args = ["-n", "-l", "-u", &by.user, "--"]
            .map(str::to_owned)
            .to_vec();
        args.push(call.program.to_string_lossy().into_owned());
        args.extend(call.args.iter().cloned());
        let asked = Call {
            program: by.sudo.clone(),
            args,
            home: call.home.clone(),
            over: call.over.clone(),
            limit: ASKING,
            ..Call::default()
        };
        let ran = run(&asked, Ears::default(), None).await;
        if ran.ended == Ended::Exited(0) {
            return Ok(());
        }
        let said = match &ran.ended {
            Ended::NotStarted(why) => why.clone(),
            _ => ran
                .err
                .last_line()
                .unwrap_or("it does not allow it")
                .to_owned(),
        };
        Err(Refusal::Unreadable {
            what: format!("sudo -u {}", by.user),
            why: said,
        })
    }

    /// Whether secrets can be had, and handed to what runs at a place.
    pub async fn may_have(&self, place: &PlaceSpec, names: &[String]) -> Result<(), Refusal> {
        for name in names {
            let secret = self.secrets.get(name).await?;
            let foreign = place
                .user
                .as_deref()
                .filter(|user| *user != "root" && !self.identity.is(user));
            let why = match (&secret.deliver, foreign) {
                (SecretDelivery::File(_), _) if place.ssh.is_some() => {
                    "it goes into a file, which is not at the other host".to_owned()
                }
                (SecretDelivery::Header(_), _) => {
                    "it goes into a header, which a program has not".to_owned()
                }
                (SecretDelivery::File(_), Some(user)) => {
                    format!("it goes into a file of ours, which {user} can't read")
                }
                _ => continue,
            };
            return Err(Refusal::Unreadable {
                what: format!("secret {name}"),
                why,
            });
        }
        Ok(())
    }
}

/// Which program it is, as a plan rests on it.
pub fn program_fact(place: &PlaceSpec, program: &Known) -> Fact {
    let name = FactName::Field(program.path.to_string_lossy().into_owned());
    Fact::new(host(place), name, Value::text(&program.mark))
}

/// Whether output can go to a file.
pub fn may_write(path: &str) -> Result<(), Refusal> {
    files::check(path.as_ref()).map_err(|why| Refusal::Unreadable {
        what: path.to_owned(),
        why,
    })
}
