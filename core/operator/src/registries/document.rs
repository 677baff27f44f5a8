//! The configuration file as it is written, and what it says. The chart writes it from `trust` and `registries`.

use super::{ConfigError, Prefix, Prefixes, Registries};
use maquette_host::{Identity, PublicKey, Signer, TrustRoot, Verification};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Document {
    trust: Trust,
    registries: Places,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Trust {
    unlisted: Unlisted,
    root: String,
    policies: Vec<PolicyDocument>,
}

#[derive(Deserialize, Default, PartialEq, Eq)]
enum Unlisted {
    #[default]
    Allow,
    Refuse,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyDocument {
    prefix: String,
    #[serde(default)]
    insecure: bool,
    #[serde(default)]
    keys: Vec<String>,
    #[serde(default)]
    keyless: Vec<IdentityDocument>,
    #[serde(default)]
    root: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct IdentityDocument {
    issuer: String,
    subject: Option<String>,
    subject_pattern: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
struct Places {
    rewrites: Vec<RewriteDocument>,
    pull_secrets: Vec<PullSecretDocument>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RewriteDocument {
    prefix: String,
    to: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PullSecretDocument {
    prefix: String,
    name: String,
}

pub(super) fn read(text: &str) -> Result<Registries, ConfigError> {
    // The message is one line of the log: it does not quote the file.
    let options = serde_saphyr::options! { with_snippet: false };
    let document: Option<Document> =
        serde_saphyr::from_str_with_options(text, options).map_err(Box::new)?;
    let Document { trust, registries } = document.unwrap_or_default();
    let common = root("trust.root", &trust.root)?;
    let policies = entries(&trust.policies, |at, document| {
        let field = format!("trust.policies[{at}]");
        let policy = policy(&field, document, common.as_ref())?;
        Ok((
            prefix(&format!("{field}.prefix"), &document.prefix)?,
            policy,
        ))
    })?;
    let rewrites = entries(&registries.rewrites, |at, rewrite| {
        let field = format!("registries.rewrites[{at}]");
        let to = prefix(&format!("{field}.to"), &rewrite.to)?;
        Ok((prefix(&format!("{field}.prefix"), &rewrite.prefix)?, to))
    })?;
    let pull_secrets = entries(&registries.pull_secrets, |at, secret| {
        let field = format!("registries.pullSecrets[{at}].prefix");
        Ok((prefix(&field, &secret.prefix)?, secret.name.clone()))
    })?;
    Ok(Registries {
        policies: once("trust.policies", policies)?,
        refuse_unlisted: trust.unlisted == Unlisted::Refuse,
        root: common,
        rewrites: once("registries.rewrites", rewrites)?,
        pull_secrets: once("registries.pullSecrets", pull_secrets)?,
    })
}

fn entries<D, T>(
    documents: &[D],
    read: impl Fn(usize, &D) -> Result<(Prefix, T), ConfigError>,
) -> Result<Vec<(Prefix, T)>, ConfigError> {
    let documents = documents.iter().enumerate();
    documents.map(|(at, document)| read(at, document)).collect()
}

fn once<T>(field: &'static str, entries: Vec<(Prefix, T)>) -> Result<Prefixes<T>, ConfigError> {
    Prefixes::new(entries).map_err(|prefix| ConfigError::Twice {
        field,
        prefix: prefix.to_string(),
    })
}

fn prefix(field: &str, text: &str) -> Result<Prefix, ConfigError> {
    text.parse().map_err(|source| ConfigError::Prefix {
        field: field.to_owned(),
        text: text.to_owned(),
        source,
    })
}

fn root(field: &str, json: &str) -> Result<Option<Arc<TrustRoot>>, ConfigError> {
    if json.trim().is_empty() {
        return Ok(None);
    }
    let root = TrustRoot::from_json(json.as_bytes()).map_err(|source| ConfigError::Root {
        field: field.to_owned(),
        source,
    })?;
    Ok(Some(Arc::new(root)))
}

fn policy(
    field: &str,
    document: &PolicyDocument,
    common: Option<&Arc<TrustRoot>>,
) -> Result<Vec<Verification>, ConfigError> {
    let signed = !document.keys.is_empty() || !document.keyless.is_empty();
    if signed == document.insecure {
        return Err(ConfigError::Unclear {
            field: field.to_owned(),
        });
    }
    if document.insecure {
        return Ok(Vec::new());
    }
    let mut signers = Vec::new();
    for (at, pem) in document.keys.iter().enumerate() {
        let key = PublicKey::from_pem(pem.as_bytes()).map_err(|source| ConfigError::Key {
            field: format!("{field}.keys[{at}]"),
            source,
        })?;
        signers.push(Signer::Key(key));
    }
    let own = root(&format!("{field}.root"), &document.root)?;
    for (at, document) in document.keyless.iter().enumerate() {
        let root = own.as_ref().or(common).ok_or_else(|| ConfigError::NoRoot {
            field: field.to_owned(),
        })?;
        signers.push(Signer::Identity {
            identity: identity(&format!("{field}.keyless[{at}]"), document)?,
            root: root.clone(),
        });
    }
    Ok(vec![Verification::any_of(signers)])
}

fn identity(field: &str, document: &IdentityDocument) -> Result<Identity, ConfigError> {
    let IdentityDocument {
        issuer,
        subject,
        subject_pattern,
    } = document;
    let identity = match (subject, subject_pattern) {
        (Some(subject), None) => Identity::exact(issuer, subject),
        (None, Some(pattern)) => Identity::pattern(issuer, pattern),
        _ => {
            return Err(ConfigError::Subject {
                field: field.to_owned(),
            });
        }
    };
    identity.map_err(|source| ConfigError::Identity {
        field: field.to_owned(),
        source,
    })
}
