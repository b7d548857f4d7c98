//! The desks that can be opened: the configured one, those that the configuration names, the contexts of the kubeconfig.

use crate::{
    config::{Inputs, Loaded, NamedDesk, load},
    domain::{
        clean::clean,
        desk::{DeskOffer, DeskOffers, DeskPlace, Namespaces},
        settings::NamespaceChoice,
    },
    i18n::Texts,
    sources::kubernetes::{self, KubeOptions},
};

use super::packs;

/// All of them, read anew.
pub(super) fn offers(inputs: &Inputs) -> DeskOffers {
    let loaded = match load(inputs) {
        Ok(loaded) => loaded,
        Err(errors) => {
            return DeskOffers {
                trouble: Some(errors.short(&Texts::new(inputs.lang()))),
                ..DeskOffers::default()
            };
        }
    };
    let options = KubeOptions {
        kubeconfig: loaded.settings.kubeconfig.clone(),
        ..KubeOptions::default()
    };
    let (contexts, trouble) = match kubernetes::contexts(&options) {
        Ok(contexts) => (contexts, None),
        Err(trouble) => (Vec::new(), Some(trouble.detail)),
    };
    let mut desks = vec![configured(&loaded)];
    desks.extend(loaded.desks.iter().map(named));
    desks.extend(contexts.into_iter().map(|context| {
        DeskOffer {
            place: DeskPlace::Context {
                // As it is written: it is asked for by this name.
                context: context.name.clone(),
                pack: None,
            },
            context: Some(clean(&context.name).into_owned()),
            namespaces: context
                .namespace
                .map(|name| Namespaces::Some(vec![clean(&name).into_owned()])),
            pack: None,
        }
    }));
    DeskOffers {
        desks,
        packs: packs::known(&loaded),
        trouble,
    }
}

fn configured(loaded: &Loaded) -> DeskOffer {
    let settings = &loaded.settings;
    DeskOffer {
        place: DeskPlace::Configured,
        context: settings.context.clone(),
        namespaces: match &settings.namespaces {
            NamespaceChoice::FromDesk => None,
            NamespaceChoice::All => Some(Namespaces::All),
            NamespaceChoice::Only(names) => Some(Namespaces::Some(names.clone())),
        },
        pack: settings.pack.as_deref().map(Into::into),
    }
}

fn named(desk: &NamedDesk) -> DeskOffer {
    DeskOffer {
        place: DeskPlace::Named(desk.name.clone()),
        context: desk.context.clone(),
        namespaces: desk.namespaces.clone(),
        pack: desk.pack.as_deref().map(Into::into),
    }
}
