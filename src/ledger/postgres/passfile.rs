//! The file with passwords, as PostgreSQL's own programs read it: `host:port:database:user:password` on each line.

use std::{fs, os::unix::fs::MetadataExt as _, path::Path};

use secrecy::SecretString;

use super::Away;

/// What is looked up.
#[derive(Debug, Clone, Copy)]
pub struct Sought<'a> {
    pub host: &'a str,
    pub port: u16,
    pub database: &'a str,
    pub user: &'a str,
}

/// The password of the first line that fits; a file others may read is refused.
pub fn look_up(file: &Path, sought: Sought<'_>) -> Result<Option<SecretString>, Away> {
    let shown = file.display();
    let wrong = |error: std::io::Error| Away::new(format!("{shown}: {error}"));
    let found = fs::metadata(file).map_err(wrong)?;
    if found.mode() & 0o077 != 0 {
        return Err(Away::new(format!(
            "others may read {shown}; `chmod 600 {shown}` mends it"
        )));
    }
    let text = fs::read_to_string(file).map_err(wrong)?;
    Ok(of_text(&text, sought))
}

fn of_text(text: &str, sought: Sought<'_>) -> Option<SecretString> {
    let port = sought.port.to_string();
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .find_map(|line| {
            let fields = fields(line);
            let [host, at, database, user, password] = &fields[..] else {
                return None;
            };
            let fits = |field: &str, value: &str| field == "*" || field == value;
            (fits(host, sought.host)
                && fits(at, &port)
                && fits(database, sought.database)
                && fits(user, sought.user))
            .then(|| SecretString::from(password.as_str()))
        })
}

/// Parted at colons; `\:` and `\\` stand for themselves.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut letters = line.chars();
    while let Some(c) = letters.next() {
        match c {
            ':' if fields.len() < 5 => fields.push(String::new()),
            c => {
                let c = if c == '\\' {
                    letters.next().unwrap_or('\\')
                } else {
                    c
                };
                if let Some(last) = fields.last_mut() {
                    last.push(c);
                }
            }
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use secrecy::ExposeSecret as _;

    use super::*;

    const SOUGHT: Sought<'_> = Sought {
        host: "db",
        port: 5432,
        database: "ops",
        user: "li",
    };

    #[test]
    fn the_first_line_that_fits_counts() {
        let text = "# db:5432:ops:li:no\nother:*:*:*:no\ndb:*:ops:li:a\\:b\\\\c:d\n*:*:*:*:later";
        let found = of_text(text, SOUGHT).unwrap();
        assert_eq!(found.expose_secret(), "a:b\\c:d");
        assert!(of_text("db:1:ops:li:x", SOUGHT).is_none());
    }

    #[test]
    fn a_file_others_may_read_is_refused_with_what_mends_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pgpass");
        fs::write(&file, "*:*:*:*:hunter2").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        let error = look_up(&file, SOUGHT).unwrap_err().to_string();
        assert!(error.contains("chmod 600") && !error.contains("hunter2"));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(look_up(&file, SOUGHT).unwrap().is_some());
    }
}
