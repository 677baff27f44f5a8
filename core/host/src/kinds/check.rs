//! Checks that the answers of several interfaces share. Pure.

use super::client::unusable;
use crate::{
    call::CallError,
    manifest::{Manifest, Placement},
};

pub(super) fn same_length(function: &str, got: usize, wanted: usize) -> Result<(), CallError> {
    if got == wanted {
        Ok(())
    } else {
        Err(unusable(
            function,
            format!("it gives {got} items for {wanted}"),
        ))
    }
}

/// A listing of what one owner has contains nothing else.
pub(super) fn owned_by(prefix: &str, owner: Option<&str>, what: &str) -> Result<(), CallError> {
    if owner.is_some_and(|owner| owner.starts_with(prefix)) {
        Ok(())
    } else {
        Err(unusable(
            "list-owned",
            format!("`{what}` has another owner"),
        ))
    }
}

/// A credential that a plugin hands on: only one that its manifest declares for that.
pub(super) fn for_connectors(
    function: &str,
    manifest: &Manifest,
    name: &str,
) -> Result<(), CallError> {
    let declared = manifest
        .credentials
        .iter()
        .find(|credential| credential.name == name);
    match declared {
        Some(credential) if credential.placement == Placement::Connector => Ok(()),
        Some(_) => Err(unusable(
            function,
            format!(
                "it hands on the credential `{name}`, which is not declared with the placement `connector`"
            ),
        )),
        None => Err(unusable(
            function,
            format!("it hands on the credential `{name}`, which the manifest does not declare"),
        )),
    }
}

/// An absolute path that leads nowhere else.
pub(super) fn absolute_path(function: &str, path: &str) -> Result<(), CallError> {
    match path.strip_prefix('/') {
        Some(rest) => relative_path(function, rest),
        None => Err(unusable(
            function,
            format!("`{path}` is not an absolute path"),
        )),
    }
}

/// A relative path of plain names.
pub(super) fn relative_path(function: &str, path: &str) -> Result<(), CallError> {
    let plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains('\0');
    if path.split('/').all(plain) {
        Ok(())
    } else {
        Err(unusable(
            function,
            format!("`{path}` is not a path of plain names"),
        ))
    }
}

/// `name` is there once.
pub(super) fn unique<'a>(
    function: &str,
    what: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Result<(), CallError> {
    let mut seen = std::collections::BTreeSet::new();
    match names.into_iter().find(|name| !seen.insert(*name)) {
        Some(twice) => Err(unusable(
            function,
            format!("{what} `{twice}` is there twice"),
        )),
        None => Ok(()),
    }
}
