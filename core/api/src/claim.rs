//! The claim on a host name that an object holds.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use kube::KubeSchema;
use serde::{Deserialize, Serialize};

/// A host name that the object holds. No object of another namespace can serve it or publish records of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
pub struct HostClaim {
    /// The host name.
    pub host: String,
    /// When the object got it. Of two holders, the earlier one keeps it.
    pub since: Time,
}

impl HostClaim {
    /// The claims on `hosts`: those of `previous` keep their time, and the others begin now.
    pub fn extend(
        previous: &[Self],
        hosts: impl IntoIterator<Item = String>,
        now: jiff::Timestamp,
    ) -> Vec<Self> {
        let claim = |host: String| {
            let held = previous.iter().find(|claim| claim.host == host).cloned();
            held.unwrap_or_else(|| Self {
                host,
                since: Time(crate::condition::whole_second(now)),
            })
        };
        hosts.into_iter().map(claim).collect()
    }
}
