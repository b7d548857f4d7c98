//! The program that is measured: how it is started, and how its screen tells that all rows are there.

use std::{error::Error, io, path::Path, time::Duration};

use regex::Regex;

use crate::{args::Args, bed, terminal::Session};

const OURS: &str = env!("CARGO_BIN_EXE_quarterdeck");
const PATIENCE: Duration = Duration::from_secs(90);

/// Quarterdeck, or another one.
pub enum Program {
    Ours,
    Other {
        line: String,
        keys: Option<String>,
        shows: String,
    },
}

/// What a program is to look at.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'a> {
    pub kubeconfig: &'a Path,
    /// `None` is all of them.
    pub namespace: Option<&'a str>,
    /// How many pods are there.
    pub count: usize,
}

/// A program on whose screen all rows are.
pub struct Opened {
    pub session: Session,
    pub first: Duration,
    pub all: Duration,
    _home: tempfile::TempDir,
}

impl Program {
    pub fn of(args: &Args) -> Self {
        match &args.program {
            None => Self::Ours,
            Some(line) => Self::Other {
                line: line.clone(),
                keys: args.keys.clone(),
                shows: args.shows.clone(),
            },
        }
    }

    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Ours)
    }

    fn start(&self, sight: Sight<'_>, home: &Path) -> io::Result<Session> {
        let kubeconfig = sight.kubeconfig.to_string_lossy();
        let env = [
            ("KUBECONFIG", &*kubeconfig),
            ("CONTEXT", bed::CONTEXT),
            ("NAMESPACE", sight.namespace.unwrap_or_default()),
        ];
        let argv: Vec<String> = match self {
            Self::Ours => {
                let place = sight
                    .namespace
                    .map_or("-A".to_owned(), |it| format!("--namespace={it}"));
                vec![OURS.to_owned(), place]
            }
            Self::Other { line, .. } => {
                vec!["sh".to_owned(), "-c".to_owned(), format!("exec {line}")]
            }
        };
        Session::start(&argv, home, &env)
    }

    /// From exec to the screen with all rows.
    pub fn open(&self, sight: Sight<'_>) -> Result<Opened, Box<dyn Error>> {
        let home = tempfile::tempdir()?;
        let mut session = self.start(sight, home.path())?;
        let began = session.started;
        let first = session.next(PATIENCE).ok_or("nothing was drawn")?;
        let shows: Box<dyn Fn(&str) -> bool> = match self {
            Self::Ours => Box::new(|screen| told(screen) >= sight.count),
            Self::Other { keys, shows, .. } => {
                if let Some(keys) = keys {
                    session.press(keys)?;
                }
                let regex = Regex::new(&shows.replace("{count}", &sight.count.to_string()))?;
                Box::new(move |screen| regex.is_match(screen))
            }
        };
        let all = if shows(&session.text()) {
            Some(first)
        } else {
            session.wait(PATIENCE, shows)
        };
        let Some(all) = all else {
            let count = sight.count;
            return Err(format!("{count} rows did not come:\n{}", session.text()).into());
        };
        Ok(Opened {
            session,
            first: first - began,
            all: all - began,
            _home: home,
        })
    }
}

/// How many pods the title of their pane counts: `Pods 9998/10064`.
fn told(screen: &str) -> usize {
    let counts = screen.split("Pods ").skip(1).filter_map(|title| {
        let (_, all) = title.split_whitespace().next()?.split_once('/')?;
        all.parse().ok()
    });
    counts.max().unwrap_or(0)
}
