//! A database of a test's own on the server of a bed, with the tables of a shared ledger in it.

use std::{
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Arc,
};

use quarterdeck::{
    domain::ledger_url::LedgerUrl,
    ledger::{
        SharedLedger, SqliteLedger,
        postgres::{Place, SETUP},
    },
    runtime::clock::SystemClock,
};

use super::bed::Bed;

/// Made as `journal setup-sql` says, with two persons in it; the server asks both for their passwords.
pub struct Database {
    /// `psql` of the shared bed; one alone need not have it.
    program: PathBuf,
    admin: String,
    pub name: String,
    folder: tempfile::TempDir,
    /// Whether it is dropped with its test.
    pub drop: bool,
}

impl Database {
    pub fn on(bed: &Bed) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let unique = folder
            .path()
            .file_name()
            .unwrap()
            .to_string_lossy()
            .to_lowercase()
            .replace(|c: char| !c.is_ascii_alphanumeric(), "");
        let database = Self {
            program: Bed::shared().folder().join("bin/psql"),
            admin: bed.place("POSTGRES_URL").to_owned(),
            name: format!("ledger_{unique}"),
            folder,
            drop: true,
        };
        database.sql(
            &database.admin,
            &format!("CREATE DATABASE {}", database.name),
        );
        database.admin_sql(SETUP);
        for who in ["li", "wang"] {
            let role = database.role(who);
            let password = Self::password(who);
            database.admin_sql(&format!(
                "CREATE ROLE {role} LOGIN PASSWORD '{password}' IN ROLE quarterdeck_writer"
            ));
        }
        database
    }

    pub fn role(&self, who: &str) -> String {
        format!("{}_{who}", self.name)
    }

    pub fn password(who: &str) -> String {
        format!("secret-{who}")
    }

    /// The address of the administrator in this database.
    pub fn own(&self) -> String {
        let (server, _) = self.admin.rsplit_once('/').unwrap();
        format!("{server}/{}", self.name)
    }

    /// Host and port of the server.
    pub fn server(&self) -> String {
        let (_, place) = self.admin.rsplit_once('@').unwrap();
        place.split('/').next().unwrap().to_owned()
    }

    /// What the administrator is answered.
    #[track_caller]
    pub fn admin_sql(&self, text: &str) -> String {
        self.sql(&self.own(), text)
    }

    #[track_caller]
    fn sql(&self, url: &str, text: &str) -> String {
        let output = self.psql(url, None, text);
        assert!(output.status.success(), "{text}: {}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    fn psql(&self, url: &str, password: Option<&str>, text: &str) -> Output {
        let mut command = Command::new(&self.program);
        command.args(["-X", "-q", "-A", "-t", "-w", "-v", "ON_ERROR_STOP=1"]);
        command.args(["-d", url, "-c", text]);
        if let Some(password) = password {
            command.env("PGPASSWORD", password);
        }
        command.output().unwrap()
    }

    /// As one of the persons, with their password, or as `postgres`.
    pub fn psql_as(&self, who: &str, text: &str) -> Output {
        if who == "postgres" {
            return self.psql(&self.own(), None, text);
        }
        let url = self
            .own()
            .replace("postgres@", &format!("{}@", self.role(who)));
        self.psql(&url, Some(&Self::password(who)), text)
    }

    fn url(&self, who: &str) -> LedgerUrl {
        let url = self
            .own()
            .replace("postgres@", &format!("{}@", self.role(who)));
        LedgerUrl::parse(&format!("{url}?sslmode=disable")).unwrap()
    }

    /// Where the shared ledger is for one of them, the password in a passfile.
    pub fn place(&self, who: &str) -> Place {
        let passfile = self.folder.path().join(format!("pgpass-{who}"));
        private(&passfile, &format!("*:*:*:*:{}\n", Self::password(who)));
        Place {
            url: self.url(who),
            passfile: Some(passfile),
            ca_file: None,
        }
    }

    pub fn file(&self, who: &str) -> PathBuf {
        self.folder.path().join(who).join("quarterdeck/ledger.db")
    }

    pub fn local(&self, who: &str) -> SqliteLedger {
        SqliteLedger::open_for_writing(&self.file(who), Arc::new(SystemClock::start())).unwrap()
    }

    pub fn open(&self, who: &str) -> SharedLedger {
        SharedLedger::over(self.local(who), self.place(who)).unwrap()
    }

    /// What is in PostgreSQL: origin and number of every entry.
    pub fn rows(&self) -> Vec<(String, u64)> {
        let text = self.admin_sql("SELECT origin, sequence FROM quarterdeck.entries ORDER BY 1, 2");
        text.lines()
            .filter_map(|line| line.split_once('|'))
            .map(|(origin, number)| (origin.to_owned(), number.parse().unwrap()))
            .collect()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.drop {
            let name = &self.name;
            let drop = format!("DROP DATABASE {name} WITH (FORCE)");
            let _ = self.psql(&self.admin, None, &drop);
            for who in ["li", "wang"] {
                let drop = format!("DROP ROLE {}", self.role(who));
                let _ = self.psql(&self.admin, None, &drop);
            }
        }
    }
}

pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn private(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}
