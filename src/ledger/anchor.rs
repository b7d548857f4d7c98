//! Heads of chains, written where the owner of a ledger can't reach: what came before one can't be rewritten unseen.

use std::{
    fmt,
    os::unix::net::UnixDatagram,
    path::{Path, PathBuf},
};

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::domain::logbook::{LogLine, Noted, handover::HeadMark};

/// The end of a chain at some time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Head {
    pub origin: String,
    pub sequence: u64,
    pub hash: String,
}

/// How a head stands in a line of a log.
const MARK: &str = "ledger-head";

impl From<Head> for HeadMark {
    fn from(head: Head) -> Self {
        Self {
            origin: head.origin,
            sequence: head.sequence,
            hash: head.hash,
        }
    }
}

impl From<&HeadMark> for Head {
    fn from(mark: &HeadMark) -> Self {
        Self {
            origin: mark.origin.clone(),
            sequence: mark.sequence,
            hash: mark.hash.clone(),
        }
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MARK} {} {} {}", self.origin, self.sequence, self.hash)
    }
}

impl Head {
    /// Every head that a text names, such as the log of the system or what another ledger gave out.
    pub fn all_in(text: &str) -> Vec<Self> {
        text.lines().filter_map(Self::in_line).collect()
    }

    fn in_line(line: &str) -> Option<Self> {
        let (_, rest) = line.split_once(MARK)?;
        let mut words = rest.split_whitespace();
        let origin = words.next()?.to_owned();
        let sequence = words.next()?.parse().ok()?;
        let hash = words.next()?.trim_matches(|c: char| !c.is_ascii_hexdigit());
        (hash.len() == 64 && hash.chars().all(|c| c.is_ascii_hexdigit())).then(|| Self {
            origin,
            sequence,
            hash: hash.to_ascii_lowercase(),
        })
    }
}

/// The heads that signatures of handovers hold of other chains than the one they stand in: who wrote a chain anew can't
/// have written these anew.
pub fn heads_signed(lines: &[LogLine]) -> Vec<Head> {
    let signed = lines.iter().filter_map(|line| match &line.entry.noted {
        Noted::Handover(noted) => Some((line, noted.heads())),
        _ => None,
    });
    let held = signed.flat_map(|(line, heads)| {
        let own = line.id.as_str().rsplit_once('/');
        let own = own.map_or("", |(origin, _)| origin);
        heads.iter().filter(move |head| head.origin != own)
    });
    held.map(Head::from).collect()
}

/// The log of the system, as far as it can be written to.
#[derive(Debug, Clone)]
pub struct SystemLog {
    socket: PathBuf,
}

impl Default for SystemLog {
    fn default() -> Self {
        Self::at(Path::new("/dev/log"))
    }
}

/// `authpriv.notice`: a log that those who watch over a host keep.
const PRIORITY: u8 = 10 * 8 + 5;

impl SystemLog {
    pub fn at(socket: &Path) -> Self {
        Self {
            socket: socket.to_owned(),
        }
    }

    /// Writes a head; whether it was taken. A log that is away keeps nobody from acting, so nothing waits for it.
    pub fn write(&self, head: &Head, at: Timestamp) -> bool {
        let when = at.to_zoned(TimeZone::system()).strftime("%b %e %H:%M:%S");
        let line = format!(
            "<{PRIORITY}>{when} quarterdeck[{}]: {head}",
            std::process::id()
        );
        UnixDatagram::unbound()
            .and_then(|socket| {
                socket.set_nonblocking(true)?;
                socket.send_to(line.as_bytes(), &self.socket)
            })
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_anchors_the_chains_of_others_alone() {
        let head = |origin: &str| HeadMark {
            origin: origin.to_owned(),
            sequence: 7,
            hash: "ab".repeat(32),
        };
        let line = LogLine {
            id: "bastion-1/1000/00ff/9".into(),
            at: Timestamp::UNIX_EPOCH,
            actor: crate::domain::action::record::ActorMark::default(),
            entry: crate::domain::logbook::LogEntry {
                after: None,
                desk: crate::domain::logbook::LogDesk {
                    pack: "glancy".into(),
                    context: "prod".to_owned(),
                },
                noted: Noted::Handover(crate::domain::logbook::HandoverNoted::Taken {
                    of: "bastion-2/1000/11ee/4".into(),
                    digest: String::new(),
                    reservation: None,
                    heads: vec![head("bastion-1/1000/00ff"), head("bastion-2/1000/11ee")],
                }),
            },
        };
        let held = heads_signed(&[line]);
        assert_eq!(held.len(), 1);
        assert_eq!(held[0].origin, "bastion-2/1000/11ee");
    }

    #[test]
    fn a_head_is_found_again_in_a_log() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("log");
        let log = SystemLog::at(&socket);
        let head = Head {
            origin: "bastion-1/1000/00ff".to_owned(),
            sequence: 12,
            hash: "ab".repeat(32),
        };
        let at: Timestamp = "2026-11-21T06:32:05Z".parse().unwrap();
        assert!(!log.write(&head, at));
        let server = UnixDatagram::bind(&socket).unwrap();
        assert!(log.write(&head, at));
        let mut buffer = [0; 1024];
        let size = server.recv(&mut buffer).unwrap();
        let line = std::str::from_utf8(&buffer[..size]).unwrap();
        assert!(line.starts_with("<85>Nov "), "{line}");
        let log = format!("first line\nhost sudo: x\n{line}\n{MARK} half\n");
        assert_eq!(Head::all_in(&log), [head]);
    }
}
