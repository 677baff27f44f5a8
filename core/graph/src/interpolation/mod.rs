//! References `${namespace::path}` in the strings of a manifest.
//!
//! * `${components::mysql.networks.tcp}` is a reference: one of the [`NAMESPACES`], `::`, and a path of segments separated by dots.
//! * All other text is literal: a shell's `${HOME}`, `${a:-b}` and `${SHA::7}` stay as they are.
//! * A namespace with a typo, `${component5::web.host}`, is a reference, so that it is reported: the path begins with a letter, and
//!   the word differs from a namespace in at most two places.
//! * `$${` stands for a literal `${`; [`escape`] writes a text so that it means itself.
//! * A reference that is wrong, `${components::}`, is [`Malformed`] and never silently literal.
//!
//! Rendering is one pass: what a reference resolved to is not searched for references again, so that a value cannot
//! smuggle one in. Which paths exist is the caller's knowledge.

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
pub use template::{NAMESPACES, Part, Template, escape};
pub use value::{malformed, references, render};

pub use crate::nearest::nearest;
