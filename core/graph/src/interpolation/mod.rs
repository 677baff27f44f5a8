//! References `${namespace::path}` in the strings of a manifest.
//!
//! * `${components::mysql.networks.tcp}` is a reference: a namespace, `::`, and a path of segments separated by dots.
//!   A namespace is an ASCII letter followed by letters, digits, `-` and `_`.
//! * Whatever is not of the form `${word::…}` is literal: a shell's `${HOME}` and `${a:-b}` stay as they are.
//! * `$${` stands for a literal `${`; [`escape`] writes a text so that it means itself.
//! * What has the form but is wrong, `${components::}`, is a [`Malformed`] reference and never silently literal.
//!
//! Rendering is one pass: what a reference resolved to is not searched for references again, so that a value cannot
//! smuggle one in. Which namespaces and paths exist is the caller's knowledge.

mod error;
mod path;
mod reference;
mod template;
#[cfg(test)]
mod tests;
mod value;

pub use error::{InterpolationError, Malformed, MalformedReason, Reason, Unresolved};
pub use path::{JsonPath, Step};
pub use reference::Reference;
pub use template::{Part, Template, escape};
pub use value::{malformed, references, render};

pub use crate::nearest::nearest;
