use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use crate::names::Origin;

/// Whether a plugin may be connected to an address that a granted origin resolved to.
///
/// Public addresses are; any other only where the origin is written as that very address or the administrator
/// granted its range.
pub(crate) fn may_connect(origin: &Origin, address: IpAddr, cidrs: &[IpNet]) -> bool {
    let address = address.to_canonical();
    let written = origin.address().map(|written| written.to_canonical());
    is_public(address)
        || written == Some(address)
        || cidrs.iter().any(|range| range.contains(&address))
}

/// Whether an address belongs to the public Internet (IANA special-purpose registries, RFC 6890).
/// Clusters, clouds' metadata services and the machine itself are reached through the others.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => match embedded_v4(v6) {
            Some(v4) => is_public_v4(v4),
            None => is_public_v6(v6),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = match a {
        0 | 10 | 127 => true,
        100 => (64..128).contains(&b), // shared by carriers, RFC 6598
        169 => b == 254,               // link-local, metadata services
        172 => (16..32).contains(&b),
        192 => b == 168 || (b == 0 && (c == 0 || c == 2)) || (b == 88 && c == 99),
        198 => (18..20).contains(&b) || (b == 51 && c == 100), // benchmarks RFC 2544, documentation
        203 => b == 0 && c == 113,
        _ => a >= 224, // multicast, reserved, broadcast
    };
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // Only 2000::/3 is given out; within it 2001::/23 is for protocols (Teredo among them) and two for documentation.
    let global = (0x2000..0x4000).contains(&first);
    let special = (first == 0x2001 && (second < 0x200 || second == 0xdb8))
        || (first == 0x3fff && second < 0x1000);
    global && !special
}

/// The IPv4 address that a translator or tunnel delivers to: mapped and compatible (RFC 4291), NAT64's well-known
/// prefix (RFC 6052), 6to4 (RFC 3056). A site's own NAT64 prefix (`64:ff9b:1::/48`, RFC 8215) may hold the address anywhere,
/// so that nothing in it counts as public.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(v4(high, low))
        }
        [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => None,
    }
}

/// Whether a host can only be this machine, judged by its name alone.
pub(crate) fn is_loopback_name_or_address(origin: &Origin) -> bool {
    match origin.address() {
        Some(address) => address.to_canonical().is_loopback(),
        None => origin.host() == "localhost",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(origin: &str, address: &str, cidrs: &[&str]) -> bool {
        let cidrs: Vec<IpNet> = cidrs.iter().map(|range| range.parse().unwrap()).collect();
        may_connect(&origin.parse().unwrap(), address.parse().unwrap(), &cidrs)
    }

    #[test]
    fn a_name_that_resolves_to_a_special_address_is_refused() {
        let special = [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.254",
            "127.0.0.1",
            "127.255.0.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::a9fe:a9fe",
            "64:ff9b:1:a9fe:a9:fe00:101:101",
            "64:ff9b:0:1::101:101",
            "2002:a00:1::1",
            "2001::1",
            "2001:db8::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "3fff::1",
        ];
        let let_through: Vec<_> = special
            .into_iter()
            .filter(|address| allowed("https://api.example.com", address, &[]))
            .collect();
        assert_eq!(let_through, Vec::<&str>::new());
    }

    #[test]
    fn a_name_that_resolves_to_a_public_address_is_allowed() {
        for address in [
            "1.1.1.1",
            "100.63.0.1",
            "172.32.0.1",
            "198.20.0.1",
            "2606:4700::1111",
            "64:ff9b::101:101",
        ] {
            assert!(
                allowed("https://api.example.com", address, &[]),
                "{address}"
            );
        }
    }

    #[test]
    fn a_special_address_is_allowed_where_it_is_granted_as_such() {
        assert!(allowed("http://127.0.0.1:8081", "127.0.0.1", &[]));
        assert!(allowed("http://[::1]:8081", "::1", &[]));
        assert!(!allowed("http://127.0.0.1:8081", "127.0.0.2", &[]));
        assert!(allowed(
            "https://pdns.corp.example",
            "10.2.0.9",
            &["10.2.0.0/16"]
        ));
        assert!(allowed(
            "https://pdns.corp.example",
            "::ffff:10.2.0.9",
            &["10.2.0.0/16"]
        ));
        assert!(!allowed(
            "https://pdns.corp.example",
            "10.3.0.9",
            &["10.2.0.0/16"]
        ));
    }
}
