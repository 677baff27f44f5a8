//! What the host itself knows of a forge's answers. Pure.

use super::{Change, Paths};
use crate::{
    call::CallError,
    kinds::{check::relative_path, client::unusable},
};

pub(super) fn checked(function: &str, change: &Change) -> Result<(), CallError> {
    object_name(function, &change.head_sha)?;
    change
        .base_sha
        .iter()
        .try_for_each(|sha| object_name(function, sha))?;
    if change.head_ref.starts_with("refs/") {
        Ok(())
    } else {
        Err(unusable(
            function,
            format!("`{}` is no full ref", change.head_ref),
        ))
    }
}

pub(super) fn plain(function: &str, paths: Paths) -> Result<Paths, CallError> {
    let mut all = paths.items.iter();
    all.try_for_each(|path| relative_path(function, path))?;
    Ok(paths)
}

/// SHA-1 or SHA-256 in hexadecimal digits, as git writes object names.
pub(super) fn object_name(function: &str, text: &str) -> Result<(), CallError> {
    let digits = text
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if digits && matches!(text.len(), 40 | 64) {
        Ok(())
    } else {
        Err(unusable(
            function,
            format!("`{text}` is no full object name"),
        ))
    }
}
