//! Name and owner of a tunnel in one text: its name at Cloudflare. Pure.

use std::fmt;

use maquette_sdk::tunnel::Spec;
use maquette_sdk::{Error, Result, owner};

use super::wire::TunnelItem;

/// Whose tunnel it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) name: String,
    pub(super) owner: Option<String>,
}

impl Identity {
    /// What a tunnel shall be.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a name that is no DNS label.
    pub(super) fn of(spec: &Spec) -> Result<Self> {
        let label = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(1..=63).contains(&spec.name.len()) || !spec.name.bytes().all(label) {
            let message = format!("`{}` is no DNS label of at most 63 characters", spec.name);
            return Err(Error::invalid("spec.name", message));
        }
        Ok(Self {
            name: spec.name.clone(),
            owner: Some(spec.owner.clone()),
        })
    }

    /// What a name at Cloudflare says.
    pub(super) fn parse(text: &str) -> Self {
        let marked = text
            .split_once(' ')
            .and_then(|(name, mark)| Some((name, owner::decode(mark)?)));
        match marked {
            Some((name, owner)) => Self {
                name: name.to_owned(),
                owner: Some(owner),
            },
            None => Self {
                name: text.to_owned(),
                owner: None,
            },
        }
    }

    /// That of a tunnel that can be changed here.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for one that is configured on its connector.
    pub(super) fn of_item(tunnel: &TunnelItem) -> Result<Self> {
        if tunnel.config_src.as_deref() == Some("local") {
            let message = format!(
                "the tunnel `{}` is configured where its connector runs, not at Cloudflare; remove it, or migrate it on the dashboard",
                tunnel.name
            );
            return Err(Error::Forbidden(message));
        }
        Ok(Self::parse(&tunnel.name))
    }

    /// Whether it is this owner's.
    ///
    /// # Errors
    /// [`Error::Conflict`] with the owner where it is another's.
    pub(super) fn check(&self, owner: &str) -> Result<()> {
        if self.owner.as_deref() == Some(owner) {
            Ok(())
        } else {
            Err(Error::conflict(self.owner.as_deref()))
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.owner {
            Some(owner) => write!(formatter, "{} {}", self.name, owner::encode(owner)),
            None => formatter.write_str(&self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Identity;

    #[test]
    fn name_and_owner_come_back_and_other_names_have_no_owner() {
        let ours = Identity {
            name: "shop-web-0011223344".into(),
            owner: Some("uid/Tunnel/shop/web ü".into()),
        };
        assert_eq!(Identity::parse(&ours.to_string()), ours);
        for text in [
            "shop-web",
            "shop web",
            "shop-web owner=me",
            "shop-web maquette/v2 owner=me",
        ] {
            let name = text.to_owned();
            assert_eq!(Identity::parse(text), Identity { name, owner: None });
        }
    }
}
