//! Everything that a plugin asks for, and a call.

use std::{
    error::Error,
    time::{Duration, Instant},
};

use maquette_host::{Call, Grants, Manifest, Origin, Secret, manifest};

/// Grants everything that the plugin asks for, with worthless credentials.
pub(crate) fn everything_that(
    asks: &Manifest,
    config: serde_json::Value,
) -> Result<Grants, Box<dyn Error>> {
    let secret = || Secret::new("user:password");
    let mut egress = Vec::new();
    for host in &asks.hosts {
        let url = match host {
            manifest::Host::Fixed(url) => url.as_str(),
            manifest::Host::FromConfig(pointer) => config
                .pointer(pointer)
                .and_then(serde_json::Value::as_str)
                .ok_or("the configuration has no URL")?,
        };
        egress.push(Origin::of(url)?);
    }
    let credentials = asks
        .credentials
        .iter()
        .map(|declared| (declared.name.clone(), secret()))
        .collect();
    Ok(Grants {
        config,
        credentials,
        egress,
        ..Grants::default()
    })
}

/// A call that has a minute.
pub(crate) fn call() -> Call {
    Call {
        installation: "bench".to_owned(),
        object: "bench".to_owned(),
        idempotency_key: "bench".to_owned(),
        deadline: Instant::now() + Duration::from_mins(1),
    }
}
