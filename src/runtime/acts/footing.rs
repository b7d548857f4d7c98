//! What of a desk's means follows its pack and the policy of the host, both of which may be read again.

use std::sync::Arc;

use tokio::sync::OnceCell;

use super::{Outfitter, Starter};
use crate::{
    domain::policy::Policy,
    pack::Pack,
    runtime::{
        approval::SignerList,
        runner::{Hands, Packs},
    },
};

/// What a desk acts with under one pack and one policy.
pub struct Footing {
    pub packs: Packs,
    /// Whose signatures count where two persons must agree.
    pub signers: SignerList,
    pub starter: Arc<dyn Starter>,
    pub outfitter: Arc<dyn Outfitter>,
    hands: OnceCell<Hands>,
}

/// Makes the footing of a desk from its pack and the policy of the host.
pub type Build = dyn Fn(&Arc<Pack>, &Policy) -> Footing + Send + Sync;

impl Footing {
    pub fn new(
        packs: Packs,
        signers: SignerList,
        starter: Arc<dyn Starter>,
        outfitter: Arc<dyn Outfitter>,
    ) -> Self {
        Self {
            packs,
            signers,
            starter,
            outfitter,
            hands: OnceCell::new(),
        }
    }

    /// The hands; what could not be opened is tried again the next time.
    pub async fn hands(&self) -> Result<Hands, String> {
        let opened = self.hands.get_or_try_init(|| self.outfitter.hands()).await;
        opened.cloned()
    }

    /// The hands, where they were opened already.
    pub fn opened(&self) -> Option<&Hands> {
        self.hands.get()
    }
}
