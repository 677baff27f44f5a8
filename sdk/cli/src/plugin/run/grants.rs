//! What the command line grants to the plugin.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use anyhow::Context as _;
use ipnet::IpNet;
use maquette_host::kinds::tunnel::TunnelSecret;
use maquette_host::{Grants, Limits, Origin, Secret};

use crate::command;
use crate::plugin::given::{credential, secret, text_or_file};

/// Reads configuration, credentials and grants from the command line and the places that it names.
///
/// # Errors
/// What cannot be read or is malformed; names the option.
pub(super) fn read(arguments: &command::Run) -> anyhow::Result<Grants> {
    let config = text_or_file(&arguments.config)?;
    let egress = arguments
        .egress
        .iter()
        .map(|url| url.parse().context("--egress"))
        .collect::<anyhow::Result<Vec<Origin>>>()?;
    let mut egress_cidrs = arguments.egress_cidr.clone();
    egress_cidrs.extend(egress.iter().flat_map(literal_addresses));
    Ok(Grants {
        config: serde_json::from_str(&config).context("--config is not JSON")?,
        credentials: arguments
            .credential
            .iter()
            .map(|text| {
                let (name, value) = credential("--credential", text)?;
                Ok((name, Secret::new(value.into_bytes())))
            })
            .collect::<anyhow::Result<BTreeMap<_, _>>>()?,
        egress,
        egress_cidrs,
        limits: Limits {
            timeout: Duration::from_secs(arguments.timeout),
            ..Limits::default()
        },
    })
}

/// Whoever writes an address, or `localhost`, into --egress means it.
fn literal_addresses(origin: &Origin) -> Vec<IpNet> {
    let localhost = [
        IpAddr::from([127, 0, 0, 1]),
        IpAddr::from(std::net::Ipv6Addr::LOCALHOST),
    ];
    match origin.address() {
        Some(address) => vec![IpNet::from(address)],
        None if origin.host() == "localhost" => localhost.map(IpNet::from).to_vec(),
        None => Vec::new(),
    }
}

/// The secret of the tunnel that a call is about: from its place, or a new one.
///
/// # Errors
/// It cannot be read, or is none.
pub(super) fn tunnel_secret(place: Option<&str>) -> anyhow::Result<TunnelSecret> {
    const OPTION: &str = "--tunnel-secret";
    let Some(place) = place else {
        return Ok(TunnelSecret::random()?);
    };
    let text = secret(OPTION, "", place)?;
    TunnelSecret::try_from(text.as_bytes()).context(OPTION)
}

#[cfg(test)]
mod tests {
    use super::literal_addresses;

    #[test]
    fn addresses_that_are_written_out_are_granted_and_others_are_not() {
        let granted = |url: &str| {
            literal_addresses(&url.parse().unwrap())
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(granted("http://127.0.0.1:8081"), ["127.0.0.1/32"]);
        assert_eq!(
            granted("http://localhost:8081"),
            ["127.0.0.1/32", "::1/128"]
        );
        assert!(granted("https://pdns.example.com").is_empty());
    }
}
