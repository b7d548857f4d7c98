//! Who we are on this host, as its own tables say.

use std::path::PathBuf;

/// Who runs programs that no place gives a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub uid: u32,
    pub name: Option<String>,
    pub home: Option<PathBuf>,
}

impl Identity {
    /// As the kernel and `/etc/passwd` say, never the environment.
    pub fn own() -> Self {
        let uid = rustix::process::geteuid().as_raw();
        let table = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        Self::of_table(uid, &table)
    }

    fn of_table(uid: u32, table: &str) -> Self {
        let line = table.lines().find_map(|line| {
            let parts: Vec<&str> = line.split(':').collect();
            let [name, _, id, _, _, home, ..] = parts.as_slice() else {
                return None;
            };
            (id.parse() == Ok(uid)).then(|| ((*name).to_owned(), PathBuf::from(home)))
        });
        let (name, home) = line.unzip();
        Self { uid, name, home }
    }

    /// Whether a place's user is who we are anyway.
    pub fn is(&self, user: &str) -> bool {
        self.name.as_deref() == Some(user) || (user == "root" && self.uid == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_who_a_number_is() {
        let table =
            "root:x:0:0:root:/root:/bin/bash\nbroken\nli:x:1000:1000:Li,,,:/home/li:/bin/sh\n";
        let li = Identity::of_table(1000, table);
        assert_eq!(li.home, Some(PathBuf::from("/home/li")));
        assert!(li.is("li") && !li.is("root"));
        let nobody = Identity::of_table(7, table);
        assert_eq!(nobody.name, None);
        assert!(!nobody.is("li"));
        assert!(Identity::of_table(0, "").is("root"));
    }
}
