//! The ports that the cluster prefers. A program that listens on one of them on all addresses keeps the cluster from it;
//! the cluster then uses another port, so no port is a prerequisite.

use std::fs;

use crate::finding::Finding;

/// The ports on the cluster's address: Gateway, DNS, registry, API server, API of the DNS server, DNS of the cluster.
const PREFERRED: [u16; 6] = [80, 53, 5000, 6443, 8081, 1053];
/// Tables of sockets, each with the state in which a socket receives (`proc_pid_net(5)`): LISTEN, and for UDP not connected.
const TABLES: [(&str, &str, &str); 4] = [
    ("/proc/net/tcp", "0A", "TCP"),
    ("/proc/net/tcp6", "0A", "TCP"),
    ("/proc/net/udp", "07", "UDP"),
    ("/proc/net/udp6", "07", "UDP"),
];

pub(crate) fn check() -> Finding {
    let tables: Vec<(String, &str, &str)> = TABLES
        .into_iter()
        // A machine without IPv6 has no table of its sockets.
        .filter_map(|(path, state, protocol)| {
            Some((fs::read_to_string(path).ok()?, state, protocol))
        })
        .collect();
    if tables.is_empty() {
        return decide(None);
    }
    let mut taken: Vec<(u16, &str)> = tables
        .iter()
        .flat_map(|(table, state, protocol)| {
            on_all_addresses(table, state).map(|port| (port, *protocol))
        })
        .filter(|(port, _)| PREFERRED.contains(port))
        .collect();
    taken.sort_unstable();
    taken.dedup();
    decide(Some(&taken))
}

/// The ports on which a socket in this state is bound to all addresses.
fn on_all_addresses<'a>(table: &'a str, state: &'a str) -> impl Iterator<Item = u16> + 'a {
    table.lines().skip(1).filter_map(move |line| {
        let mut fields = line.split_whitespace();
        let (address, port) = fields.nth(1)?.split_once(':')?;
        let is_any = address.bytes().all(|digit| digit == b'0');
        (is_any && fields.nth(1)? == state).then_some(())?;
        u16::from_str_radix(port, 16).ok()
    })
}

/// `None`: the kernel does not tell.
fn decide(taken: Option<&[(u16, &str)]>) -> Finding {
    let name = "ports";
    let Some(taken) = taken else {
        return Finding::present(
            name,
            "unknown; the cluster looks for free ports when it starts",
        );
    };
    if taken.is_empty() {
        let ports = PREFERRED.map(|port| port.to_string()).join(", ");
        return Finding::present(name, format!("{ports} are free"));
    }
    let ports: Vec<String> = taken
        .iter()
        .map(|(port, protocol)| format!("{port} ({protocol})"))
        .collect();
    Finding::present(
        name,
        format!(
            "in use on all addresses: {}; the cluster uses other ports instead",
            ports.join(", ")
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, UdpSocket};

    const TCP: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1 0 100 0 0 10 0
   2: 00000000:192B 0200000A:A1B2 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0 100 0 0 10 0";
    const TCP6: &str = "\
  sl  local_address                         remote_address                        st tx_queue
   0: 00000000000000000000000000000000:0035 00000000000000000000000000000000:0000 0A 00000000:00000000
   1: 00000000000000000000000001000000:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000";

    #[test]
    fn only_sockets_that_listen_on_all_addresses_take_a_port() {
        let ports = |table| on_all_addresses(table, "0A").collect::<Vec<_>>();
        assert_eq!(ports(TCP), [80]);
        assert_eq!(ports(TCP6), [53]);
    }

    #[test]
    fn the_kernels_tables_name_the_sockets_of_this_machine() {
        let tcp = TcpListener::bind("0.0.0.0:0").unwrap();
        let udp = UdpSocket::bind("0.0.0.0:0").unwrap();
        let one = TcpListener::bind("127.0.0.1:0").unwrap();
        let has = |path: &str, state: &str, port: u16| {
            let table = fs::read_to_string(path).unwrap();
            on_all_addresses(&table, state).any(|taken| taken == port)
        };
        assert!(has("/proc/net/tcp", "0A", tcp.local_addr().unwrap().port()));
        assert!(has("/proc/net/udp", "07", udp.local_addr().unwrap().port()));
        assert!(!has(
            "/proc/net/tcp",
            "0A",
            one.local_addr().unwrap().port()
        ));
    }

    #[test]
    fn a_port_in_use_is_named_and_is_never_a_missing_prerequisite() {
        let taken = decide(Some(&[(53, "UDP"), (80, "TCP")]));
        assert_eq!(
            taken.to_string(),
            "ports: in use on all addresses: 53 (UDP), 80 (TCP); the cluster uses other ports instead"
        );
        assert_eq!(
            decide(Some(&[])).to_string(),
            "ports: 80, 53, 5000, 6443, 8081, 1053 are free"
        );
        for finding in [taken, decide(Some(&[])), decide(None)] {
            assert!(!finding.is_missing(), "{finding}");
        }
    }
}
