//! Name and owner of a tunnel in one text.

use std::fmt;
use std::str::FromStr;

use maquette_sdk::tunnel::Spec;
use maquette_sdk::{Error, Result};

/// Whose tunnel it is: `<name>/<owner>`. A name has no slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) name: String,
    pub(crate) owner: String,
}

impl Identity {
    pub(crate) fn of(spec: &Spec) -> Result<Self> {
        if !is_label(&spec.name) {
            let message = format!("`{}` is no DNS label of at most 63 characters", spec.name);
            return Err(Error::invalid("spec.name", message));
        }
        Ok(Self {
            name: spec.name.clone(),
            owner: spec.owner.clone(),
        })
    }
}

fn is_label(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && !name.starts_with('-')
        && !name.ends_with('-')
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.name, self.owner)
    }
}

impl FromStr for Identity {
    type Err = Error;

    fn from_str(id: &str) -> Result<Self> {
        match id.split_once('/') {
            Some((name, owner)) if is_label(name) && !owner.is_empty() => Ok(Self {
                name: name.to_owned(),
                owner: owner.to_owned(),
            }),
            _ => Err(Error::NotFound(format!("the tunnel `{id}`"))),
        }
    }
}
