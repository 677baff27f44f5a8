use std::time::Duration;

use http::HeaderValue;

use super::{GrantError, Grants, Limits, config::check_config};
use crate::{
    egress::{TsigKey, signing_key},
    manifest::{Credential, Host, Manifest, Placement},
    names::{Origin, Secret},
};

/// Grants that satisfy the plugin's manifest.
#[derive(Debug)]
pub(crate) struct Admitted {
    /// The configuration as JSON text, as the plugin gets it.
    pub(crate) config: String,
    /// What was granted.
    pub(crate) grants: Grants,
}

/// Checks grants against what the plugin asks for.
pub(crate) fn admit(manifest: &Manifest, grants: Grants) -> Result<Admitted, GrantError> {
    check_limits(&grants.limits)?;
    check_config(&manifest.config_schema, &grants.config)?;
    check_credentials(manifest, &grants)?;
    for host in &manifest.hosts {
        let origin = origin_of(host, &grants)?;
        if !grants.egress.contains(&origin) {
            return Err(GrantError::EgressNotGranted { origin });
        }
    }
    Ok(Admitted {
        config: grants.config.to_string(),
        grants,
    })
}

fn check_limits(limits: &Limits) -> Result<(), GrantError> {
    let refuse = |field, problem: &str| {
        Err(GrantError::Limit {
            field,
            problem: problem.to_owned(),
        })
    };
    if limits.memory_bytes == 0 || limits.memory_bytes > Limits::MEMORY_CEILING {
        return refuse(
            "memory",
            &format!(
                "at least 1 byte and at most {} MiB",
                Limits::MEMORY_CEILING >> 20
            ),
        );
    }
    if limits.timeout == Duration::ZERO || limits.timeout > Duration::from_mins(10) {
        return refuse("timeout", "more than 0 and at most 10 minutes");
    }
    if limits.cpu_time == Duration::ZERO {
        return refuse("cpuTime", "more than 0");
    }
    if limits.concurrency == 0 || limits.concurrency > 1024 {
        return refuse("concurrency", "at least 1 and at most 1024");
    }
    Ok(())
}

fn check_credentials(manifest: &Manifest, grants: &Grants) -> Result<(), GrantError> {
    for (name, secret) in &grants.credentials {
        let Some(declared) = manifest
            .credentials
            .iter()
            .find(|declared| declared.name == *name)
        else {
            let known: Vec<_> = manifest
                .credentials
                .iter()
                .map(|declared| declared.name.clone())
                .collect();
            return Err(GrantError::CredentialUnknown {
                name: name.clone(),
                known: crate::inspect::or_nothing(&known),
            });
        };
        check_bytes(declared, secret).map_err(|problem| GrantError::CredentialMalformed {
            name: name.clone(),
            problem,
        })?;
    }
    match manifest
        .credentials
        .iter()
        .find(|c| !c.optional && !grants.credentials.contains_key(&c.name))
    {
        None => Ok(()),
        Some(missing) => Err(GrantError::CredentialMissing {
            name: missing.name.clone(),
            description: missing.description.clone(),
        }),
    }
}

/// What is wrong with the bytes of a credential, without saying what they are.
fn check_bytes(declared: &Credential, secret: &Secret) -> Result<(), String> {
    let bytes = secret.bytes();
    if bytes.is_empty() {
        return Err("is empty; put its value into the Secret".to_owned());
    }
    match declared.placement {
        Placement::HmacKey => Ok(()),
        Placement::SigningKey => signing_key(bytes)
            .map(|_| ())
            .map_err(|problem| format!("cannot be used: {problem}")),
        Placement::Basic if !bytes.contains(&b':') => {
            Err("has no `:`; it must be `user:password` for HTTP Basic authentication".to_owned())
        }
        _ if bytes.ends_with(b"\n") => Err(
            "ends with a line break; create the Secret without one (`printf %s`, not `echo`)"
                .to_owned(),
        ),
        Placement::TsigKey => TsigKey::parse(bytes).map(|_| ()),
        Placement::Basic | Placement::Connector => Ok(()),
        Placement::Bearer | Placement::Header { .. } => {
            HeaderValue::from_bytes(bytes).map(|_| ()).map_err(|_| {
                "contains bytes that no HTTP header can hold; check that it is the right Secret"
                    .to_owned()
            })
        }
    }
}

fn origin_of(host: &Host, grants: &Grants) -> Result<Origin, GrantError> {
    match host {
        Host::Fixed(origin) => Ok(origin.parse()?),
        Host::FromConfig(pointer) => {
            let invalid = |problem: String| GrantError::HostFromConfig {
                pointer: pointer.clone(),
                problem,
            };
            let value = grants
                .config
                .pointer(pointer)
                .and_then(serde_json::Value::as_str);
            let url = value.ok_or_else(|| invalid("there is no text".to_owned()))?;
            Origin::of(url).map_err(|error| invalid(error.to_string()))
        }
    }
}
