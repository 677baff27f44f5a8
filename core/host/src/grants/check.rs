use std::time::Duration;

use http::HeaderValue;

use maquette_signing::rsa_key;
use serde_json::Value;

use super::{
    GrantError, Grants, Limits,
    config::{check_config, with_defaults},
};
use crate::{
    egress::{Held, TsigKey, webhook_key},
    manifest::{Credential, Host, Manifest, Placement, Provision, Text},
    names::{Origin, Secret},
};

/// Grants that satisfy the plugin's manifest.
pub(crate) struct Admitted {
    /// The configuration as JSON text, as the plugin gets it.
    pub(crate) config: String,
    /// The credentials, each with the hosts to which it may be sent.
    pub(crate) held: Vec<Held>,
    /// What was granted.
    pub(crate) grants: Grants,
}

/// Checks grants against what the plugin asks for.
pub(crate) fn admit(manifest: &Manifest, mut grants: Grants) -> Result<Admitted, GrantError> {
    check_limits(&grants.limits)?;
    grants.config = with_defaults(&manifest.config_schema, grants.config);
    check_config(&manifest.config_schema, &grants.config)?;
    check_credentials(manifest, &grants)?;
    let mut origins = Vec::new();
    for host in &manifest.hosts {
        let origin = origin_of(host, &grants)?;
        if !grants.egress.contains(&origin) {
            return Err(GrantError::EgressNotGranted { origin });
        }
        origins.push(origin);
    }
    let held = manifest.credentials.iter().filter_map(|declared| {
        let secret = grants.credentials.get(&declared.name)?.clone();
        Some(held(declared, secret, &origins, &grants))
    });
    Ok(Admitted {
        config: grants.config.to_string(),
        held: held.collect::<Result<_, _>>()?,
        grants,
    })
}

/// A credential with the hosts to which it may be sent: those that the manifest names for it, else the first of its hosts. A plugin
/// without hosts of its own calls only servers that the administrator chose.
fn held(
    declared: &Credential,
    secret: Secret,
    hosts: &[Origin],
    grants: &Grants,
) -> Result<Held, GrantError> {
    // A field of the configuration that is not there names no host.
    let is_there = |host: &&Host| match host {
        Host::Fixed(_) => true,
        Host::FromConfig(pointer) => grants.config.pointer(pointer).is_some_and(Value::is_string),
    };
    let named = declared.hosts.iter().filter(is_there);
    let named = named
        .map(|host| origin_of(host, grants))
        .collect::<Result<Vec<_>, _>>()?;
    let origins = match (declared.hosts.is_empty(), hosts.first()) {
        (false, _) => named,
        (true, Some(first)) => vec![first.clone()],
        (true, None) => grants.egress.clone(),
    };
    let audience = match &declared.placement {
        Placement::SignedToken {
            audience: Some(audience),
            ..
        } => Some(text_of(audience, grants)?),
        _ => None,
    };
    Ok(Held {
        name: declared.name.clone(),
        placement: declared.placement.clone(),
        secret,
        origins,
        audience,
    })
}

fn text_of(text: &Text, grants: &Grants) -> Result<String, GrantError> {
    match text {
        Text::Fixed(text) => Ok(text.clone()),
        Text::FromConfig(pointer) => {
            let value = grants.config.pointer(pointer).and_then(Value::as_str);
            value.map(str::to_owned).ok_or_else(|| GrantError::Config {
                path: pointer.clone(),
                problem: "there is no text".to_owned(),
            })
        }
    }
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
    let given = |credential: &Credential| grants.credentials.contains_key(&credential.name);
    let required = |credential: &&Credential| {
        credential.provision == Provision::Required && !given(credential)
    };
    let Some(missing) = manifest.credentials.iter().find(|credential| {
        let mut group = group_of(manifest, credential);
        required(credential) && !group.any(given)
    }) else {
        return Ok(());
    };
    let names: Vec<String> = group_of(manifest, missing)
        .map(|credential| credential.name.clone())
        .collect();
    if names.len() > 1 {
        return Err(GrantError::CredentialGroup { names });
    }
    Err(GrantError::CredentialMissing {
        name: missing.name.clone(),
        description: missing.description.clone(),
    })
}

/// The credentials of which one is enough where this one is needed; itself among them.
fn group_of<'a>(
    manifest: &'a Manifest,
    credential: &'a Credential,
) -> impl Iterator<Item = &'a Credential> {
    let same = move |other: &&Credential| {
        other.name == credential.name || other.group.is_some() && other.group == credential.group
    };
    manifest.credentials.iter().filter(same)
}

/// What is wrong with the bytes of a credential, without saying what they are.
fn check_bytes(declared: &Credential, secret: &Secret) -> Result<(), String> {
    let bytes = secret.bytes();
    if bytes.is_empty() {
        return Err("is empty; put its value into the Secret".to_owned());
    }
    match declared.placement {
        Placement::HmacKey => Ok(()),
        Placement::HmacKeyBase64 => webhook_key(bytes).map(|_| ()),
        Placement::SignedToken { .. } => rsa_key(bytes)
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
        Placement::Basic
        | Placement::Connector
        | Placement::AwsSigv4 { .. }
        | Placement::Other { .. } => Ok(()),
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
