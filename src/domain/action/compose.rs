//! What compose is told to do with services, and what is run or looked at in them.

use serde::{Deserialize, Serialize};

use super::template::Template;

/// What compose is told to do with a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ComposeVerb {
    Up,
    Stop,
    Restart,
    /// At once, with no time to end well.
    Kill,
}

impl ComposeVerb {
    /// As packs write it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Stop => "stop",
            Self::Restart => "restart",
            Self::Kill => "kill",
        }
    }

    /// As compose takes it: services that are brought up go on by themselves, and start no other that nobody agreed to.
    pub const fn words(self) -> &'static [&'static str] {
        match self {
            Self::Up => &["up", "-d", "--no-deps"],
            Self::Stop => &["stop"],
            Self::Restart => &["restart"],
            Self::Kill => &["kill"],
        }
    }
}

/// What is run in services, or looked at in them; the services themselves stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ComposeTask {
    /// A program in the container of a service that runs.
    Exec {
        service: Template,
        argv: Vec<Template>,
        stdin: Option<Template>,
        /// What it reads instead is a file of the place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Template>,
    },
    /// A program in a container of its own, which goes with it; nothing else is started.
    Run {
        service: Template,
        argv: Vec<Template>,
    },
    /// The last lines of what a service wrote, or all of them.
    Logs {
        service: Option<Template>,
        tail: u32,
    },
    /// All services, or one, and what they are.
    Ps { service: Option<Template> },
    /// What the containers use now, once.
    Stats,
}

impl ComposeTask {
    /// As packs write it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Exec { .. } => "exec",
            Self::Run { .. } => "run",
            Self::Logs { .. } => "logs",
            Self::Ps { .. } => "ps",
            Self::Stats => "stats",
        }
    }

    /// Whether it only looks, whatever a pack writes.
    pub const fn only_looks(&self) -> bool {
        matches!(self, Self::Logs { .. } | Self::Ps { .. } | Self::Stats)
    }

    /// The service it is about, where it is one.
    pub const fn service(&self) -> Option<&Template> {
        match self {
            Self::Exec { service, .. } | Self::Run { service, .. } => Some(service),
            Self::Logs { service, .. } | Self::Ps { service } => service.as_ref(),
            Self::Stats => None,
        }
    }

    /// The words behind `compose`, as far as they are known: no terminal, nothing that follows.
    pub fn words(&self) -> Vec<String> {
        let mut words: Vec<String> = match self {
            Self::Exec { .. } => vec!["exec".to_owned(), "-T".to_owned()],
            Self::Run { .. } => ["run", "--rm", "--no-deps", "-T"].map(str::to_owned).into(),
            Self::Logs { tail, .. } => {
                vec![
                    "logs".to_owned(),
                    "--no-color".to_owned(),
                    format!("--tail={tail}"),
                ]
            }
            Self::Ps { .. } => vec!["ps".to_owned(), "-a".to_owned()],
            Self::Stats => vec!["stats".to_owned(), "--no-stream".to_owned()],
        };
        words.extend(self.service().map(ToString::to_string));
        if let Self::Exec { argv, .. } | Self::Run { argv, .. } = self {
            words.extend(argv.iter().map(ToString::to_string));
        }
        words
    }

    /// The same with its texts filled.
    pub fn filled<E>(
        &self,
        mut fill: impl FnMut(&Template) -> Result<Template, E>,
    ) -> Result<Self, E> {
        let mut filled = self.clone();
        match &mut filled {
            Self::Exec {
                service,
                argv,
                stdin,
                from,
            } => {
                *service = fill(service)?;
                for word in argv {
                    *word = fill(word)?;
                }
                for text in [stdin, from].into_iter().flatten() {
                    *text = fill(text)?;
                }
            }
            Self::Run { service, argv } => {
                *service = fill(service)?;
                for word in argv {
                    *word = fill(word)?;
                }
            }
            Self::Logs { service, .. } | Self::Ps { service } => {
                if let Some(service) = service {
                    *service = fill(service)?;
                }
            }
            Self::Stats => {}
        }
        Ok(filled)
    }
}

/// The name of a service as a part of a name in conditions.
pub fn field_of_service(service: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    service.chars().map(plain).collect()
}
