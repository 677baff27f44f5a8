//! The rights and the addresses that the cluster of this machine needs.

use std::fs;
use std::process::Command;

use crate::finding::Finding;
use crate::program::output;

/// The bridge of the cluster, and the range of its addresses (RFC 2544).
const BRIDGE: &str = "mq0";
const RANGE: [&str; 2] = ["198.18.", "198.19."];

/// Bits of capabilities(7) in `/proc/self/status`.
const CAPABILITIES: [(&str, u32); 2] = [("CAP_NET_ADMIN", 12), ("CAP_SYS_ADMIN", 21)];

pub(crate) fn check() -> Vec<Finding> {
    vec![
        root(&fs::read_to_string("/proc/self/status").unwrap_or_default()),
        addresses(&output(Command::new("ip").args(["-o", "-4", "address"])).unwrap_or_default()),
    ]
}

fn root(status: &str) -> Finding {
    let name = "root";
    let field = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key));
        line.map(str::trim).unwrap_or_default()
    };
    let user = field("Uid:").split_whitespace().nth(1).unwrap_or("?");
    if user != "0" {
        return Finding::missing(
            name,
            format!("the effective user is {user}"),
            "run the command as root: the cluster creates network devices, mounts and cgroups",
        );
    }
    let held = u64::from_str_radix(field("CapEff:"), 16).unwrap_or(0);
    let lacks: Vec<&str> = CAPABILITIES
        .into_iter()
        .filter(|(_, bit)| held & (1 << bit) == 0)
        .map(|(name, _)| name)
        .collect();
    if lacks.is_empty() {
        Finding::present(name, "with the capabilities that a cluster needs")
    } else {
        Finding::missing(
            name,
            format!("without {}", lacks.join(" and ")),
            "run the command on a machine, or in a privileged container",
        )
    }
}

/// `table`: one address per line, `2: eth0    inet 10.0.0.2/24 …`.
fn addresses(table: &str) -> Finding {
    let name = "addresses 198.18.0.0/15";
    let used = table.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        let device = words.nth(1)?;
        let address = words.nth(1)?;
        let ours = RANGE.iter().any(|prefix| address.starts_with(prefix));
        (ours && device != BRIDGE).then(|| format!("{device} has {address}"))
    });
    match used {
        None => Finding::present(name, "free for the cluster's bridge"),
        Some(used) => Finding::missing(
            name,
            used,
            "remove that address, or run the command in a network namespace of its own (`unshare --net`)",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_and_a_root_without_capabilities_are_refused() {
        let status = |uid: &str, held: &str| {
            format!("Name:\tx\nUid:\t{uid}\t{uid}\t0\t0\nCapEff:\t{held}\n")
        };
        assert!(!root(&status("0", "000001ffffffffff")).is_missing());
        assert!(root(&status("1000", "000001ffffffffff")).is_missing());
        let docker = root(&status("0", "00000000a80425fb"));
        assert!(docker.to_string().contains("CAP_NET_ADMIN"), "{docker}");
    }

    #[test]
    fn an_address_of_the_range_on_another_device_is_in_the_way() {
        let table = "1: lo    inet 127.0.0.1/8 scope host lo\n4: mq0    inet 198.18.0.1/24 scope global mq0\n";
        assert!(!addresses(table).is_missing());
        let taken = addresses("2: eth0    inet 198.19.3.4/24 scope global eth0\n");
        assert!(
            taken.to_string().contains("eth0 has 198.19.3.4/24"),
            "{taken}"
        );
    }
}
