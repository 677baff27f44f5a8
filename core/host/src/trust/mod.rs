//! Who signed a plugin, decided before anything of it is compiled. Everything here is pure: `registry::signatures`
//! fetches the bytes, and [`judge`] says whether they prove what is required.
//!
//! Understood are the signatures that cosign makes: "simple signing" documents and Sigstore bundles (version 0.3), with a
//! key or keyless (a certificate of Fulcio, logged in Rekor), against a trust root that the administrator gives. Statements
//! about a plugin that are signed in the same ways ([`attested`]) tell how it was made; they let nothing in.

mod attestation;
mod bundle;
mod certificate;
mod claim;
mod der;
mod dsse;
mod error;
mod evidence;
mod judge;
mod key;
mod policy;
mod rekor;
mod root;
mod simple;

pub use attestation::{Attestation, AttestationLayer, attested};
pub use error::TrustError;
pub(crate) use evidence::Evidence;
pub(crate) use judge::judge;
pub use key::{KeyError, PublicKey};
pub use policy::{Identity, IdentityError, Signer, Subject, Verification};
pub use root::{TrustRoot, TrustRootError};
