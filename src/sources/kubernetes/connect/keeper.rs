//! Who renews the pass: before it runs out, when the server refuses it, and when a file it comes from has changed.

use std::{path::Path, sync::Arc, time::Duration};

use base64::Engine;
use http::{HeaderValue, header};
use kube::{Client, Config, client::ClientBuilder};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::mpsc;

use super::{
    super::trouble::{self, trouble},
    KubeOptions,
    door::{Pass, Shared, Why, Wish},
    kubeconfig::{self, Chosen, Stamps},
    wallet::Credential,
};
use crate::domain::{
    freshness::{Trouble, TroubleKind},
    time::Clock,
};

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(5);

/// What a pass is made of.
pub(super) struct Keeper {
    /// With the context that was chosen: that the file's current context moves does not move us.
    options: KubeOptions,
    chosen: Chosen,
    token: Option<SecretString>,
    token_stamp: Stamps,
}

impl Keeper {
    /// Reads the kubeconfig and runs its plugin: the first pass with who renews it.
    pub async fn first(options: &KubeOptions, clock: &dyn Clock) -> Result<(Self, Pass), Trouble> {
        let chosen = choose(options).await?;
        let mut keeper = Self {
            options: KubeOptions {
                context: chosen.context.clone(),
                ..options.clone()
            },
            chosen,
            token: None,
            token_stamp: Stamps::default(),
        };
        keeper.read_token();
        let credential = keeper.credential(None, clock).await?;
        let client = keeper.client(credential.as_ref()).await?;
        let pass = keeper.pass(0, client, credential.as_ref())?;
        Ok((keeper, pass))
    }

    pub const fn config(&self) -> &Config {
        &self.chosen.config
    }

    pub const fn context(&self) -> Option<&String> {
        self.chosen.context.as_ref()
    }

    /// Renews as long as anyone may ask.
    pub async fn keep(mut self, shared: Arc<Shared>, mut wishes: mpsc::Receiver<Wish>) {
        loop {
            tokio::select! {
                wish = wishes.recv() => match wish {
                    Some(wish) => {
                        let tried = self.grant(&shared, wish.seen, wish.why).await;
                        // Who wished may have gone.
                        let _ = wish.done.send(tried.err());
                    }
                    None => return,
                },
                () = tokio::time::sleep(LOOK) => {
                    let seen = shared.pass();
                    let now = shared.clock.now().wall;
                    let old = seen.renew_at.is_some_and(|at| at <= now);
                    if (old || self.outdated())
                        && let Err(trouble) = self.grant(&shared, seen.number, Why::Old).await
                    {
                        tracing::warn!(detail = trouble.detail, "no new credential");
                    }
                }
            }
        }
    }

    fn outdated(&self) -> bool {
        self.chosen.files.outdated() || self.token_stamp.outdated()
    }

    /// Tries to get a pass other than that of the number `seen`.
    async fn grant(&mut self, shared: &Shared, seen: u64, why: Why) -> Result<(), Trouble> {
        let pass = shared.pass();
        if pass.number != seen {
            return Ok(());
        }
        let reread = self.chosen.files.outdated();
        if reread {
            // A file that is being written is read again at the next look.
            self.chosen = choose(&self.options).await?;
        }
        if reread || self.token_stamp.outdated() || why == Why::Refused {
            self.read_token();
        }
        let refused = pass.credential.filter(|_| why == Why::Refused);
        let credential = self.credential(refused, &*shared.clock).await?;
        let number = credential.as_ref().map(|it| it.number);
        let has_identity = credential
            .as_ref()
            .is_some_and(|it| it.given.identity.is_some());
        let client = if reread || (has_identity && number != pass.credential) {
            self.client(credential.as_ref()).await?
        } else {
            pass.client.clone()
        };
        let new = self.pass(seen + 1, client, credential.as_ref())?;
        if reread || new.bearer != pass.bearer || new.credential != pass.credential {
            tracing::info!("the credential was renewed");
            shared.renew(new);
        } else {
            shared.retime(new.renew_at, new.until);
        }
        Ok(())
    }

    /// The file's word goes before the kubeconfig's; what was read last holds where it can't be read now.
    fn read_token(&mut self) {
        let Some(file) = &self.chosen.proof.token_file else {
            self.token.clone_from(&self.chosen.proof.token);
            self.token_stamp = Stamps::default();
            return;
        };
        self.token_stamp = Stamps::default();
        self.token_stamp.add([file.clone()]);
        match token_in(file) {
            Some(token) => self.token = Some(token),
            None if self.token.is_none() => self.token.clone_from(&self.chosen.proof.token),
            None => {}
        }
    }

    async fn credential(
        &self,
        refused: Option<u64>,
        clock: &dyn Clock,
    ) -> Result<Option<Credential>, Trouble> {
        let Some(plugin) = &self.chosen.proof.plugin else {
            return Ok(None);
        };
        // As kubectl has it: a token of the kubeconfig goes before a plugin's.
        if self.token.is_some() {
            return Ok(None);
        }
        let limit = self.options.timeouts.plugin;
        let wallet = &self.options.wallet;
        let credential = wallet.credential(plugin, refused, limit, clock).await?;
        Ok(Some(credential))
    }

    fn pass(
        &self,
        number: u64,
        client: Client,
        credential: Option<&Credential>,
    ) -> Result<Pass, Trouble> {
        let given = credential.and_then(|it| it.given.token.as_ref());
        let token = self.token.as_ref().or(given);
        Ok(Pass {
            number,
            client,
            bearer: token.map(bearer).transpose()?,
            credential: credential.map(|it| it.number),
            renew_at: credential.and_then(|it| it.renew_at),
            until: credential.and_then(|it| it.until),
        })
    }

    async fn client(&self, credential: Option<&Credential>) -> Result<Client, Trouble> {
        let timeouts = &self.options.timeouts;
        let mut config = self.chosen.config.clone();
        config.default_retry = false;
        config.connect_timeout = Some(timeouts.connect);
        config.read_timeout = Some(timeouts.watch + timeouts.answer);
        let agent = HeaderValue::from_static(concat!("quarterdeck/", env!("CARGO_PKG_VERSION")));
        config.headers.push((header::USER_AGENT, agent));
        if let Some((cert, key)) = credential.and_then(|it| it.given.identity.as_ref()) {
            let base64 = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
            let auth = &mut config.auth_info;
            auth.client_certificate_data = Some(base64(cert));
            auth.client_key_data = Some(SecretString::from(base64(key.expose_secret())));
        }
        // An auth provider of kube's own may run a program, and files may be far away.
        let building = tokio::task::spawn_blocking(move || {
            ClientBuilder::try_from(config).map(ClientBuilder::build)
        });
        tokio::time::timeout(timeouts.answer, building)
            .await
            .map_err(|_| {
                let said = "the kubeconfig's credentials can't be read in time";
                trouble(TroubleKind::TimedOut, said)
            })?
            .map_err(|error| trouble(TroubleKind::Unauthorized, &error.to_string()))?
            .map_err(|error| trouble::of(&error))
    }
}

async fn choose(options: &KubeOptions) -> Result<Chosen, Trouble> {
    kubeconfig::choose(options).await
}

fn token_in(file: &Path) -> Option<SecretString> {
    let text = std::fs::read_to_string(file).ok()?;
    let token = text.trim();
    (!token.is_empty()).then(|| SecretString::from(token))
}

fn bearer(token: &SecretString) -> Result<HeaderValue, Trouble> {
    let mut value =
        HeaderValue::try_from(format!("Bearer {}", token.expose_secret())).map_err(|_| {
            let said = "the token has characters that can't be sent";
            trouble(TroubleKind::Unauthorized, said)
        })?;
    value.set_sensitive(true);
    Ok(value)
}
