//! Names that travel through the host: each is a newtype that only its parser makes.
//! Nothing here does I/O.

mod login;
mod origin;
mod reference;
mod version;

pub use login::{Login, Secret};
pub use origin::{Origin, OriginError};
pub use reference::{Digest, ReferenceError, Repository};
pub use version::{Tag, Version};
