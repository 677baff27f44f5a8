//! Somebody who acts past the plugin.

use serde_json::{Value, json};

use super::tunnels::{Body, Shared, locked};
use crate::tunnel::TunnelHand;

/// An administrator at the provider's own page.
pub(super) struct ByHand(pub(super) Shared);

impl TunnelHand for ByHand {
    fn make_without_mark(&self, name: &str) -> Result<(), String> {
        locked(&self.0).add(Body {
            name: name.to_owned(),
            owner: Value::Null,
            secret: Value::Null,
            routes: json!([]),
        });
        Ok(())
    }

    fn remove_without_mark(&self, name: &str) -> Result<(), String> {
        locked(&self.0).all.retain(|_, stored| stored.name != name);
        Ok(())
    }

    fn connect(&self, id: &str) -> Result<(), String> {
        let number = id.parse().map_err(|_| format!("`{id}` is no identifier"))?;
        let mut tunnels = locked(&self.0);
        let stored = tunnels.all.get_mut(&number).ok_or("it is not there")?;
        stored.connections = 1;
        Ok(())
    }
}
