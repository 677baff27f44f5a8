//! Where one control plane lives: a folder named after the process that owns it, and a loopback address of its own.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::access::random_hex;
use crate::paths;
use crate::process::{Run, is_alive, stat};

/// The folder, address and ports of one control plane.
pub(super) struct Place {
    pub(super) folder: PathBuf,
    pub(super) address: Ipv4Addr,
    pub(super) port: u16,
    pub(super) etcd: String,
    pub(super) etcd_peer: String,
}

impl Place {
    /// Cleans up after owners that are gone and takes a fresh place.
    pub(super) fn take() -> io::Result<Self> {
        let all = paths::state().join("controlplanes");
        fs::create_dir_all(&all)?;
        clean(&all);
        let random = random_hex(4).map_err(io::Error::other)?;
        let folder = all.join(folder_name(std::process::id(), &random));
        fs::create_dir(&folder)?;
        let address = loopback(&random);
        // The address is its own. Ports that the kernel chooses may be given to another program before they are used.
        let (port, client, peer) = (
            free_port(address, 6443)?,
            free_port(address, 2379)?,
            free_port(address, 2380)?,
        );
        Ok(Self {
            folder,
            address,
            port,
            etcd: format!("{address}:{client}"),
            etcd_peer: format!("{address}:{peer}"),
        })
    }

    pub(super) fn url(&self) -> String {
        format!("https://{}:{}", self.address, self.port)
    }
}

/// An address of 127.0.0.0/8 outside 127.0.0.0/16. A client that dials a stopped server never meets itself there: the
/// kernel gives it 127.0.0.1 as its own address.
fn loopback(random: &str) -> Ipv4Addr {
    let number = u32::from_str_radix(random, 16).unwrap_or_default();
    let [_, second, third, fourth] = number.to_be_bytes();
    Ipv4Addr::new(127, second.clamp(1, 254), third, fourth.clamp(1, 254))
}

/// `preferred` if no program receives there, by TCP or UDP, otherwise a port that the kernel chooses.
pub(crate) fn free_port(address: impl Into<IpAddr>, preferred: u16) -> io::Result<u16> {
    let address = address.into();
    let listener = UdpSocket::bind((address, preferred))
        .and_then(|_| TcpListener::bind((address, preferred)))
        .or_else(|_| TcpListener::bind((address, 0)))?;
    Ok(listener.local_addr()?.port())
}

/// The owner's start time is part of the name, so that the name alone tells whether it is gone.
fn folder_name(pid: u32, random: &str) -> String {
    format!(
        "{pid}-{}-{random}",
        stat(pid).map_or(0, |stat| stat.started)
    )
}

fn owner(name: &str) -> Option<(u32, u64)> {
    let mut parts = name.split('-');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// Ends what owners that are gone left behind.
fn clean(all: &Path) {
    for entry in fs::read_dir(all).into_iter().flatten().flatten() {
        let Some((pid, started)) = entry.file_name().to_str().and_then(owner) else {
            continue;
        };
        if is_alive(pid, started) {
            continue;
        }
        // Another command may be cleaning the same folder; whoever comes second finds nothing to do.
        drop(Run::at(entry.path()).end_all(&[], Duration::ZERO));
        drop(fs::remove_dir_all(entry.path()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_name_tells_its_owner() {
        let own = std::process::id();
        let (pid, started) = owner(&folder_name(own, "abcd1234")).unwrap();
        assert_eq!(pid, own);
        assert!(is_alive(pid, started));
        assert_eq!(owner("somebody else's"), None);
    }

    #[test]
    fn every_random_text_gives_a_usable_loopback_address() {
        for random in ["00000000", "ffffffff", "7f000001", "12ab34cd"] {
            let address = loopback(random);
            assert!(
                address.is_loopback() && address.octets()[1] != 0 && address.octets()[3] != 0,
                "{address}"
            );
        }
    }

    #[test]
    fn a_taken_port_is_replaced_by_one_that_the_kernel_chooses() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let other = free_port(Ipv4Addr::LOCALHOST, port).unwrap();
        assert!(other != port && other != 0);
    }

    #[test]
    fn a_port_that_is_taken_by_udp_alone_is_replaced_too() {
        // The port is free for TCP: only a socket for UDP has it.
        let taken = UdpSocket::bind("0.0.0.0:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let other = free_port(Ipv4Addr::LOCALHOST, port).unwrap();
        assert!(other != port && other != 0);
    }
}
