//! Who may call the embedded servers: bearer tokens and what stands behind them.

/// What a user may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Everything.
    Admin,
    /// get, list and watch.
    Viewer,
    /// Nothing but ask who they are.
    Nobody,
}

/// One user of the embedded cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub name: String,
    pub uid: String,
    pub groups: Vec<String>,
    pub role: Role,
}

impl User {
    /// Who comes without any token.
    pub fn anonymous() -> Self {
        Self {
            name: "system:anonymous".to_owned(),
            uid: String::new(),
            groups: vec!["system:unauthenticated".to_owned()],
            role: Role::Nobody,
        }
    }
}

/// The table of bearer tokens.
#[derive(Debug, Clone, Default)]
pub struct Users(Vec<(String, User)>);

impl Users {
    /// Three users: `demo` (admin), `viewer` and `nobody`; each token is `<prefix>-<name>`.
    pub fn standard(prefix: &str) -> Self {
        let user = |name: &str, uid: &str, role| User {
            name: name.to_owned(),
            uid: uid.to_owned(),
            groups: vec!["system:authenticated".to_owned()],
            role,
        };
        let mut users = Self::default();
        for (name, uid, role) in [
            ("demo", "5e1f0000-0000-4000-8000-000000000001", Role::Admin),
            (
                "viewer",
                "5e1f0000-0000-4000-8000-000000000002",
                Role::Viewer,
            ),
            (
                "nobody",
                "5e1f0000-0000-4000-8000-000000000003",
                Role::Nobody,
            ),
        ] {
            users.add(format!("{prefix}-{name}"), user(name, uid, role));
        }
        users
    }

    pub fn add(&mut self, token: impl Into<String>, user: User) {
        self.0.push((token.into(), user));
    }

    pub fn by_token(&self, token: &str) -> Option<&User> {
        let found = self.0.iter().find(|(known, _)| known == token);
        found.map(|(_, user)| user)
    }

    /// The token of the user called `name`.
    pub fn token_of(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(_, user)| user.name == name);
        found.map(|(token, _)| token.as_str())
    }
}
