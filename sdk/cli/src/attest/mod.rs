//! Documents about a plugin that lie beside it: what it is made of (`sbom`) and how it was made (`provenance`).
//! Both are pure; `source` asks cargo and git.

mod artifact;
mod provenance;
mod sbom;
mod source;

pub(crate) use artifact::Attachment;
pub(crate) use provenance::{MEDIA_TYPE as PROVENANCE_TYPE, provenance};
pub(crate) use sbom::{MEDIA_TYPE as SBOM_TYPE, sbom};
pub(crate) use source::{Source, lock_file, packages};
