//! The bridge that the node, the pods and the servers share.

use std::fs;
use std::net::Ipv4Addr;

use super::ClusterError;
use crate::command::{CommandError, run};
use crate::components::apiserver::SERVICE_RANGE;

/// The bridge's name.
pub(super) const BRIDGE: &str = "mq0";
/// The address of the node and of every server on it.
pub(super) const NODE_ADDRESS: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 1);
/// The pods of the only node.
pub(super) const PODS: &str = "198.18.0.0/24";
/// The Service address of the cluster's DNS.
pub(super) const CLUSTER_DNS: &str = "198.19.0.10";
/// Everybody who may use the DNS server's API.
pub(super) const EVERYBODY: &str = "198.18.0.0/15,127.0.0.0/8";

const IP_FORWARD: &str = "/proc/sys/net/ipv4/ip_forward";

/// Whether the bridge exists.
pub(super) fn exists() -> bool {
    // The process' own view; /sys shows the network namespace that it was mounted in.
    fs::read_to_string("/proc/self/net/dev").is_ok_and(|table| lists(&table, BRIDGE))
}

/// Two lines of headings, then `name: numbers` per device.
fn lists(table: &str, device: &str) -> bool {
    table.lines().any(|line| {
        line.trim_start()
            .strip_prefix(device)
            .is_some_and(|rest| rest.starts_with(':'))
    })
}

/// What `net.ipv4.ip_forward` is.
pub(super) fn forwarding() -> String {
    fs::read_to_string(IP_FORWARD)
        .unwrap_or_default()
        .trim()
        .to_owned()
}

/// Creates the bridge with the node's address. Its hardware address is fixed, else it would change with the first pod and
/// other pods would keep the old one in their neighbour tables.
pub(super) fn create() -> Result<(), ClusterError> {
    run(
        "ip",
        [
            "link",
            "add",
            BRIDGE,
            "address",
            "02:6d:71:00:00:01",
            "type",
            "bridge",
        ],
    )?;
    run(
        "ip",
        [
            "address",
            "add",
            &format!("{NODE_ADDRESS}/24"),
            "dev",
            BRIDGE,
        ],
    )?;
    run("ip", ["link", "set", BRIDGE, "up"])?;
    // kube-proxy translates a Service's address only after the kernel has found a route to it. A machine without a network has
    // no default route; one with a network must not send such a packet there while kube-proxy is down.
    run("ip", ["route", "add", SERVICE_RANGE, "dev", BRIDGE])?;
    set_forwarding("1")
}

/// Removes the bridge and kube-proxy's tables.
pub(super) fn remove() -> Result<(), CommandError> {
    if exists() {
        run("ip", ["link", "delete", BRIDGE])?;
    }
    for family in ["ip", "ip6"] {
        if run("nft", ["list", "table", family, "kube-proxy"]).is_ok() {
            run("nft", ["delete", "table", family, "kube-proxy"])?;
        }
    }
    Ok(())
}

/// Sets `net.ipv4.ip_forward` unless it has that value already: it may be read-only.
pub(super) fn set_forwarding(value: &str) -> Result<(), ClusterError> {
    if forwarding() == value {
        return Ok(());
    }
    fs::write(IP_FORWARD, value).map_err(|source| ClusterError::File {
        path: IP_FORWARD.into(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::lists;

    #[test]
    fn a_device_is_found_by_its_whole_name() {
        let table = "Inter-| Receive\n face |bytes\n    lo: 1 2\n  mq01: 3 4\n";
        assert!(lists(table, "lo") && lists(table, "mq01"));
        assert!(!lists(table, "mq0") && !lists(table, "face"));
    }
}
