//! The places of a pack, as far as programs run there from here.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::domain::action::{
    place::{PlaceSpec, is_variable},
    refusal::Refusal,
    target::Target,
};

/// What the bastion itself is called where no place is named.
pub const HERE: &str = "bastion";

/// The places by name.
#[derive(Debug, Clone)]
pub struct Places {
    specs: BTreeMap<String, PlaceSpec>,
    here: PlaceSpec,
}

impl Default for Places {
    fn default() -> Self {
        Self::new([])
    }
}

impl Places {
    pub fn new(specs: impl IntoIterator<Item = PlaceSpec>) -> Self {
        Self {
            specs: specs
                .into_iter()
                .map(|spec| (spec.name.clone(), spec))
                .collect(),
            here: PlaceSpec {
                name: HERE.to_owned(),
                ..PlaceSpec::default()
            },
        }
    }

    /// The place of that name, where it is at this host: for what is not done by a program there.
    pub fn find(&self, name: Option<&str>) -> Result<&PlaceSpec, Refusal> {
        let spec = self.anywhere(name)?;
        if let Some(host) = &spec.ssh {
            let what = format!("place {}", spec.name);
            let why = format!("this is looked at on this host alone, not over ssh ({host})");
            return Err(Refusal::unreadable(what, why));
        }
        Ok(spec)
    }

    /// The place of that name, here or at another host, where programs can be run there.
    pub fn anywhere(&self, name: Option<&str>) -> Result<&PlaceSpec, Refusal> {
        let Some(name) = name else {
            return Ok(&self.here);
        };
        let spec = match self.specs.get(name) {
            Some(spec) => spec,
            // Facts and targets call it so where the pack does not.
            None if name == HERE => return Ok(&self.here),
            None => {
                return Err(Refusal::NotFound {
                    target: format!("place {name}"),
                });
            }
        };
        let refused = |what: &str, why: String| Refusal::Unreadable {
            what: what.to_owned(),
            why,
        };
        if let Some(name) = spec.env.keys().find(|name| !is_variable(name)) {
            let what = format!("place {}", spec.name);
            return Err(refused(&what, format!("{name:?} is no variable")));
        }
        if let Some(user) = &spec.user
            && (user.is_empty() || user.starts_with('-') || user.chars().any(char::is_whitespace))
        {
            return Err(refused(
                &format!("place {name}"),
                format!("{user:?} is no user"),
            ));
        }
        if let Some(cwd) = &spec.cwd
            && !(Path::new(cwd).is_absolute()
                // That of another host is looked for there.
                && (spec.ssh.is_some() || PathBuf::from(cwd).is_dir()))
        {
            return Err(refused(cwd, "it is no folder of this host".to_owned()));
        }
        Ok(spec)
    }
}

/// The host programs run on, as facts name it.
pub fn host(spec: &PlaceSpec) -> Target {
    Target::Host {
        place: spec.name.clone(),
    }
}
