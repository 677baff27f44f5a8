//! What the tests of faults are played on: a control plane with pods that pretend, a real registry and DNS server, the
//! operator's own binary, and what stands between it and them.

pub(crate) mod binaries;
pub(crate) mod dns;
pub(crate) mod edge;
pub(crate) mod gateway;
pub(crate) mod objects;
pub(crate) mod oci;
pub(crate) mod operator;
pub(crate) mod policy;
pub(crate) mod proxy;
pub(crate) mod scene;
pub(crate) mod world;

pub(crate) use dns::Mood;
pub(crate) use proxy::Fault;
pub(crate) use scene::Scene;
