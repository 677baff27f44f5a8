//! What the command line grants to the plugin.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use anyhow::{Context as _, bail};
use ipnet::IpNet;
use maquette_host::kinds::tunnel::TunnelSecret;
use maquette_host::{Grants, Limits, Origin, Secret};

use crate::command;

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
            .map(|text| credential(text))
            .collect::<anyhow::Result<BTreeMap<_, _>>>()?,
        egress,
        egress_cidrs,
        limits: Limits {
            timeout: Duration::from_secs(arguments.timeout),
            ..Limits::default()
        },
    })
}

/// The text itself, or what is in the file after `@`.
///
/// # Errors
/// The file cannot be read.
pub(super) fn text_or_file(text: &str) -> anyhow::Result<String> {
    match text.strip_prefix('@') {
        Some(path) => {
            std::fs::read_to_string(path).with_context(|| format!("{path} cannot be read"))
        }
        None => Ok(text.to_owned()),
    }
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

/// `NAME=env:VARIABLE` or `NAME=file:PATH`; a value on the command line would be seen by every user of the machine.
fn credential(text: &str) -> anyhow::Result<(String, Secret)> {
    let (name, place) = text.split_once('=').with_context(|| {
        format!("--credential `{text}`: write NAME=env:VARIABLE or NAME=file:PATH")
    })?;
    let value = secret(&format!("--credential {name}"), &format!("{name}="), place)?;
    Ok((name.to_owned(), Secret::new(value.into_bytes())))
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

/// What is in the environment or in a file; `prefix` is what stands before the place in the option.
fn secret(option: &str, prefix: &str, place: &str) -> anyhow::Result<String> {
    match place.split_once(':') {
        Some(("env", variable)) => std::env::var(variable).with_context(|| {
            format!("{option}: the environment variable `{variable}` cannot be read")
        }),
        Some(("file", path)) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("{option}: {path} cannot be read"))?;
            Ok(text.strip_suffix('\n').map_or(text.clone(), str::to_owned))
        }
        // What was written may be the secret itself, so it is not repeated.
        _ => bail!(
            "{option}: write {prefix}env:VARIABLE or {prefix}file:PATH; a value does not belong on the command line"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{credential, literal_addresses, text_or_file};

    #[test]
    fn a_credential_on_the_command_line_is_refused_without_repeating_it() {
        let error = credential("api-key=hunter2").unwrap_err().to_string();
        assert!(
            error.contains("env:VARIABLE") && !error.contains("hunter2"),
            "{error}"
        );
    }

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

    #[test]
    fn long_arguments_come_from_files() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "{}").unwrap();
        assert_eq!(
            text_or_file(&format!("@{}", file.path().display())).unwrap(),
            "{}"
        );
        assert_eq!(text_or_file("[]").unwrap(), "[]");
        assert!(text_or_file("@/nowhere/at/all").is_err());
    }
}
