//! Amazon's request signatures. Nothing here knows a service.

mod canonical;
mod date;
mod sigv4;

pub use sigv4::Sigv4;
