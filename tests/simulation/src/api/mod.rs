//! A simulated API server: objects and their history (`store`, `commit`, `deletion`), server-side apply (`apply`), requests (`request`), and
//! the service that answers the operator's client with lag and faults (`service`, `watch`).
//!
//! The kinds come from the operator's table of kinds. CRD validation and defaults are not simulated.

mod apply;
mod commit;
mod deletion;
mod fields;
mod object;
mod refused;
mod request;
mod resource;
mod selector;
mod service;
mod store;
mod watch;

pub(crate) use deletion::FOREGROUND;
pub(crate) use object::{Id, Object, strings};
pub(crate) use refused::Refused;
pub(crate) use request::Request;
pub(crate) use resource::{LEASES, Resource, resource_of, table};
pub(crate) use service::Server;
pub(crate) use store::{Actor, Options, Store};
pub(crate) use watch::Break;
