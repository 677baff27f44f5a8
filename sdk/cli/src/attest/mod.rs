//! Documents about what is in a registry, that lie beside it: what it is made of (`sbom`) and how it was made (`provenance`).
//! They are pure; `source` asks cargo and git.

mod artifact;
mod document;
mod provenance;
mod sbom;
mod source;

pub(crate) use artifact::Attachment;
pub(crate) use document::{Document, Kind};
pub(crate) use provenance::{Origin, provenance};
pub(crate) use sbom::{About, root_package, sbom};
pub(crate) use source::{Source, lock_file, packages};
