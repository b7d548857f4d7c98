//! Whether the ledger is what was written, and what that can't tell.

use std::{fs, path::Path};

use jiff::Timestamp;
use serde_json::json;

use crate::{
    i18n::Texts,
    ledger::{
        Ledger,
        anchor::{Head, heads_signed},
        verify::{Fault, Verified},
    },
};

use super::{Desk, Exit, say};

impl Desk {
    pub(super) fn verify(&self, against: Option<&Path>, json: bool) -> Exit {
        let mut anchors = match against.map(fs::read_to_string) {
            None => Vec::new(),
            Some(Ok(text)) => Head::all_in(&text),
            Some(Err(error)) => {
                let file = against.unwrap_or(Path::new("")).display().to_string();
                let args = [("path", file.into()), ("why", error.to_string().into())];
                say::err(&self.texts.with("journal-not-read", &args));
                return Exit::Usage;
            }
        };
        if against.is_some() && anchors.is_empty() {
            say::err(self.texts.t("journal-no-heads"));
            return Exit::Usage;
        }
        let chains = match self.reading() {
            Ok(None) => Vec::new(),
            Ok(Some(ledger)) => {
                anchors.extend(ledger.kept());
                let signed = ledger.file().log(Timestamp::MIN, None);
                let found = signed.and_then(|lines| {
                    anchors.extend(heads_signed(&lines.unwrap_or_default()));
                    ledger.file().verify(&anchors)
                });
                let found = found.and_then(|own| {
                    let mut chains = vec![own];
                    chains.extend(ledger.file().verify_others(&anchors)?);
                    Ok(chains)
                });
                match found {
                    Ok(found) => found,
                    Err(error) => return self.failed(&error),
                }
            }
            Err(exit) => return exit,
        };
        let holds = chains.iter().all(Verified::holds);
        if json {
            let document = json!({
                "as_of": self.now().to_string(),
                "holds": holds,
                "chains": chains,
            });
            say::out(&(document.to_string() + "\n"));
        } else {
            for chain in &chains {
                say::out(&told(&self.texts, chain));
            }
        }
        let told_by_heads =
            against.is_none() || chains.iter().any(|chain| chain.anchored.is_some());
        match (holds, chains.is_empty() || !told_by_heads) {
            (false, _) => Exit::Failed,
            (true, true) if chains.is_empty() => Exit::Unsure,
            (true, true) => {
                say::err(self.texts.t("verify-other-heads"));
                Exit::Unsure
            }
            (true, false) => Exit::Fine,
        }
    }
}

fn told(texts: &Texts, chain: &Verified) -> String {
    let mut lines = vec![texts.with(
        "verify-chain",
        &[
            ("origin", chain.origin.as_str().into()),
            ("count", chain.entries.into()),
            ("head", chain.head.to_string().into()),
        ],
    )];
    if chain.sealed > 0 {
        lines.push(texts.with("verify-sealed", &[("through", chain.sealed.into())]));
    }
    for fault in &chain.faults {
        lines.push(format!("✖ {}", fault_text(texts, fault)));
    }
    if chain.holds() {
        lines.push(texts.t("verify-holds").to_owned());
    }
    // What no chain of one's own can tell is said every time.
    lines.push(match chain.anchored {
        Some(anchored) => texts.with("verify-anchored", &[("sequence", anchored.into())]),
        None => texts.t("verify-not-anchored").to_owned(),
    });
    lines.join("\n") + "\n"
}

fn fault_text(texts: &Texts, fault: &Fault) -> String {
    let numbered = |key: &str, number: &u64| texts.with(key, &[("number", (*number).into())]);
    match fault {
        Fault::Changed { sequence } => numbered("verify-changed", sequence),
        Fault::Missing { from, to } => texts.with(
            "verify-missing",
            &[("from", (*from).into()), ("to", (*to).into())],
        ),
        Fault::OutOfPlace { sequence } => numbered("verify-out-of-place", sequence),
        Fault::Unreadable { sequence, why } => texts.with(
            "verify-unreadable",
            &[("number", (*sequence).into()), ("why", why.as_str().into())],
        ),
        Fault::Index { sequence } => numbered("verify-index", sequence),
        Fault::Head { sequence } => numbered("verify-head", sequence),
        Fault::Seal { number } => numbered("verify-seal", number),
        Fault::Early { number } => numbered("verify-early", number),
        Fault::Anchor { sequence } => numbered("verify-anchor", sequence),
    }
}
