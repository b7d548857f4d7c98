//! Where a team keeps its ledger together: the address of a database of PostgreSQL, with nothing secret in it.

use std::fmt;

/// `postgres://user@host:port/database?sslmode=…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerUrl {
    /// `None`: the name of the system's user.
    pub user: Option<String>,
    pub host: LedgerHost,
    pub port: u16,
    pub database: String,
    pub tls: LedgerTls,
}

/// The way to the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerHost {
    Name(String),
    /// The folder of its socket on this host.
    Socket(String),
}

/// Whether what is sent is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LedgerTls {
    /// The certificate is of that host and of a trusted authority.
    #[default]
    VerifyFull,
    Disable,
}

/// Why a text is no such address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerUrlProblem {
    Scheme,
    /// It carries a password, which belongs into a passfile.
    Password,
    Host,
    Port,
    Database,
    /// Something after `?` that is not known here.
    Option,
    Character,
}

impl LedgerUrl {
    pub fn parse(text: &str) -> Result<Self, LedgerUrlProblem> {
        let rest = text
            .strip_prefix("postgres://")
            .or_else(|| text.strip_prefix("postgresql://"))
            .ok_or(LedgerUrlProblem::Scheme)?;
        let (place, options) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = place.split_once('/').ok_or(LedgerUrlProblem::Database)?;
        let (user, address) = match authority.rsplit_once('@') {
            Some((user, address)) => (Some(user), address),
            None => (None, authority),
        };
        if user.is_some_and(|user| user.contains(':')) {
            return Err(LedgerUrlProblem::Password);
        }
        let plain = |text: &str| {
            text.chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        };
        if !plain(database) || !user.is_none_or(plain) {
            return Err(LedgerUrlProblem::Character);
        }
        if database.is_empty() {
            return Err(LedgerUrlProblem::Database);
        }
        let (host, port) = address_of(address)?;
        let mut url = Self {
            user: user.filter(|user| !user.is_empty()).map(str::to_owned),
            host: LedgerHost::Name(host),
            port,
            database: database.to_owned(),
            tls: LedgerTls::VerifyFull,
        };
        for option in options.split('&').filter(|option| !option.is_empty()) {
            url.take(option)?;
        }
        match &url.host {
            LedgerHost::Name(name) if name.is_empty() => Err(LedgerUrlProblem::Host),
            _ => Ok(url),
        }
    }

    fn take(&mut self, option: &str) -> Result<(), LedgerUrlProblem> {
        match option.split_once('=') {
            Some(("sslmode", "verify-full")) => self.tls = LedgerTls::VerifyFull,
            Some(("sslmode", "disable")) => self.tls = LedgerTls::Disable,
            Some(("host", folder)) if folder.starts_with('/') => {
                self.host = LedgerHost::Socket(folder.to_owned());
            }
            Some(("password", _)) => return Err(LedgerUrlProblem::Password),
            _ => return Err(LedgerUrlProblem::Option),
        }
        Ok(())
    }
}

fn address_of(text: &str) -> Result<(String, u16), LedgerUrlProblem> {
    let (host, port) = match text.strip_prefix('[') {
        Some(v6) => {
            let (host, tail) = v6.split_once(']').ok_or(LedgerUrlProblem::Host)?;
            (host, tail.strip_prefix(':'))
        }
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let port = match port {
        None => 5432,
        Some(port) => port
            .parse()
            .ok()
            .filter(|port| *port != 0)
            .ok_or(LedgerUrlProblem::Port)?,
    };
    if host
        .chars()
        .any(|c| !c.is_ascii_alphanumeric() && !"-_.:".contains(c))
    {
        return Err(LedgerUrlProblem::Character);
    }
    Ok((host.to_owned(), port))
}

impl fmt::Display for LedgerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        let mut options = Vec::new();
        match &self.host {
            LedgerHost::Name(name) if name.contains(':') => write!(f, "[{name}]")?,
            LedgerHost::Name(name) => f.write_str(name)?,
            LedgerHost::Socket(folder) => options.push(format!("host={folder}")),
        }
        if self.port != 5432 {
            write!(f, ":{}", self.port)?;
        }
        write!(f, "/{}", self.database)?;
        if self.tls == LedgerTls::Disable {
            options.push("sslmode=disable".to_owned());
        }
        if !options.is_empty() {
            write!(f, "?{}", options.join("&"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_as_they_are_read() {
        for text in [
            "postgres://db.example/ops",
            "postgres://quarterdeck@db.example:6432/ops",
            "postgres://li@[fd00::1]/ops?sslmode=disable",
            "postgres://li@/ops?host=/run/postgresql",
        ] {
            assert_eq!(LedgerUrl::parse(text).unwrap().to_string(), text);
        }
        let url = LedgerUrl::parse("postgresql://db/ops?sslmode=verify-full").unwrap();
        assert_eq!(url.tls, LedgerTls::VerifyFull);
    }

    #[test]
    fn what_is_no_address_says_why() {
        for (text, why) in [
            ("https://db/ops", LedgerUrlProblem::Scheme),
            ("postgres://li:pw@db/ops", LedgerUrlProblem::Password),
            ("postgres://db/ops?password=x", LedgerUrlProblem::Password),
            ("postgres://li@/ops", LedgerUrlProblem::Host),
            ("postgres://db:0/ops", LedgerUrlProblem::Port),
            ("postgres://db", LedgerUrlProblem::Database),
            ("postgres://db/", LedgerUrlProblem::Database),
            ("postgres://db/ops?sslmode=prefer", LedgerUrlProblem::Option),
            ("postgres://db/o'ps", LedgerUrlProblem::Character),
        ] {
            assert_eq!(LedgerUrl::parse(text), Err(why), "{text}");
        }
    }
}
