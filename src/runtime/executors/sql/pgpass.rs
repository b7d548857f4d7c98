//! Passwords in a file as libpq keeps them: `host:port:database:user:password`.

use secrecy::SecretString;

use crate::{
    domain::action::{
        place::{ConnectionSpec, Reached, SecretDelivery},
        refusal::Refusal,
    },
    runtime::executors::secrets::Secret,
};

/// The variable that names such a file.
const PASSFILE: &str = "PGPASSFILE";

/// The password that a secret holds for a database: itself, or that of the line which fits where it is such a file.
pub fn password(secret: Secret, spec: &ConnectionSpec, database: &str) -> Result<Secret, Refusal> {
    if secret.deliver != SecretDelivery::File(PASSFILE.to_owned()) {
        return Ok(secret);
    }
    let (host, port) = match &spec.by {
        Reached::Address { host, port, .. } => (host.as_str(), port.unwrap_or(5432)),
        Reached::Exec { .. } | Reached::Primary { .. } | Reached::Compose { .. } => {
            ("localhost", 5432)
        }
    };
    let port = port.to_string();
    let asked = [
        host,
        &port,
        database,
        spec.user.as_deref().unwrap_or_default(),
    ];
    let found = secret.expose().lines().find_map(|line| fits(line, asked));
    let found = found.ok_or_else(|| Refusal::Unreadable {
        what: format!("secret {}", secret.name),
        why: format!("no line of it is for {}", asked.join(":")),
    })?;
    let deliver = secret.deliver.clone();
    Ok(Secret::new(secret.name, deliver, found))
}

/// The password of a line, where it is for what is asked.
fn fits(line: &str, asked: [&str; 4]) -> Option<SecretString> {
    if line.starts_with('#') {
        return None;
    }
    let mut fields = vec![String::new()];
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => fields.last_mut()?.extend(chars.next()),
            // All that follows the fourth is the password.
            ':' if fields.len() < 5 => fields.push(String::new()),
            other => fields.last_mut()?.push(other),
        }
    }
    let [known @ .., password] = fields.as_slice() else {
        return None;
    };
    let all = known.len() == 4
        && known
            .iter()
            .zip(asked)
            .all(|(one, asked)| one == "*" || one == asked);
    (all && !password.is_empty()).then(|| SecretString::from(password.clone()))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn the_line_that_fits_has_the_password() {
        let asked = ["primary.db.internal", "5432", "exports", "export"];
        let password = |line: &str| fits(line, asked).map(|found| found.expose_secret().to_owned());
        assert_eq!(
            password("primary.db.internal:5432:exports:export:pw"),
            Some("pw".to_owned())
        );
        assert_eq!(
            password("*:*:*:export:a\\:b\\\\c:d"),
            Some("a:b\\c:d".to_owned())
        );
        for other in [
            "# primary.db.internal:5432:exports:export:pw",
            "other:*:*:*:pw",
            "*:*:*:*:",
            "pw",
            "",
        ] {
            assert_eq!(password(other), None, "{other}");
        }
    }
}
