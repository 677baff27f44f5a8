//! The Debian packages that the cluster of this machine runs.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::finding::{Finding, Install};
use crate::program::output;

/// A package, a file that shows it is there, and the services it would start.
struct Package {
    name: &'static str,
    file: &'static str,
    services: &'static [&'static str],
}

const fn package(
    name: &'static str,
    file: &'static str,
    services: &'static [&'static str],
) -> Package {
    Package {
        name,
        file,
        services,
    }
}

const PACKAGES: [Package; 18] = [
    package("containerd", "/usr/bin/containerd", &["containerd.service"]),
    package("runc", "/usr/sbin/runc", &[]),
    package("containernetworking-plugins", "/usr/lib/cni/bridge", &[]),
    package("iptables", "/usr/sbin/iptables", &[]),
    package("nftables", "/usr/sbin/nft", &[]),
    package("conntrack", "/usr/sbin/conntrack", &[]),
    package(
        "docker-registry",
        "/usr/bin/docker-registry",
        &["docker-registry.service"],
    ),
    package("pdns-server", "/usr/sbin/pdns_server", &["pdns.service"]),
    package(
        "pdns-backend-sqlite3",
        "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql",
        &[],
    ),
    package("sqlite3", "/usr/bin/sqlite3", &[]),
    package(
        "redis-server",
        "/usr/bin/redis-server",
        &["redis-server.service"],
    ),
    package("iproute2", "/usr/sbin/ip", &[]),
    package("bind9", "/usr/sbin/named", &["named.service"]),
    package("knot", "/usr/sbin/knotd", &["knot.service"]),
    package("bind9-dnsutils", "/usr/bin/dig", &[]),
    package("binutils", "/usr/bin/strip", &[]),
    package("ca-certificates", "/etc/ssl/certs/ca-certificates.crt", &[]),
    package("curl", "/usr/bin/curl", &[]),
];

/// Keeps dpkg from starting services while it exists (invoke-rc.d(8), policy-rc.d).
const POLICY: &str = "/usr/sbin/policy-rc.d";
const POLICY_TEXT: &str =
    "#!/bin/sh\n# Written by Maquette's test harness while it installs packages.\nexit 101\n";

/// The names of the packages that are not installed.
pub fn missing() -> Vec<&'static str> {
    missing_packages(|file| Path::new(file).exists())
        .map(|package| package.name)
        .collect()
}

fn missing_packages(exists: impl Fn(&str) -> bool) -> impl Iterator<Item = &'static Package> {
    PACKAGES.iter().filter(move |package| !exists(package.file))
}

pub(crate) fn check() -> Finding {
    let name = "Debian packages";
    let missing = missing();
    if missing.is_empty() {
        return Finding::present(name, "installed");
    }
    let found = format!("{} of {} are not installed", missing.len(), PACKAGES.len());
    let install = Install::Packages(missing);
    if can_install() {
        Finding::installable(name, found, install)
    } else {
        Finding::missing(name, found, format!("run `{install}` as root on Debian 12"))
    }
}

/// Whether this process may install packages: it is root on a Debian.
pub(crate) fn can_install() -> bool {
    let is_root = fs::metadata("/proc/self").is_ok_and(|process| {
        use std::os::unix::fs::MetadataExt;
        process.uid() == 0
    });
    is_root && Path::new("/usr/bin/apt-get").exists()
}

/// Installs packages by name. No service is started.
///
/// # Errors
/// A text for the user: the failed command and the end of its standard error.
pub fn install(names: &[&str]) -> Result<(), String> {
    if !can_install() {
        return Err(format!(
            "these Debian packages are missing: {names}; install them as root with\n    apt-get install --no-install-recommends {names}",
            names = names.join(" ")
        ));
    }
    let services: Vec<&str> = PACKAGES
        .iter()
        .filter(|package| names.contains(&package.name))
        .flat_map(|package| package.services)
        .copied()
        .collect();
    let _policy = Policy::put().map_err(|error| format!("cannot write {POLICY}: {error}"))?;
    apt_get_install(names).or_else(|_| {
        // A new machine has no package lists yet.
        apt_get(&["update"])?;
        apt_get_install(names)
    })?;
    keep_off(&services);
    Ok(())
}

fn apt_get_install(packages: &[&str]) -> Result<(), String> {
    let mut arguments = vec!["install", "--yes", "--no-install-recommends"];
    arguments.extend(packages);
    apt_get(&arguments)
}

fn apt_get(arguments: &[&str]) -> Result<(), String> {
    let mut command = Command::new("apt-get");
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(["-qq", "-o", "DPkg::Lock::Timeout=300"])
        .args(arguments);
    output(&mut command).map(drop)
}

/// Packages enable their services for the next boot; those that this program brought stay off.
fn keep_off(services: &[&str]) {
    if Path::new("/run/systemd/system").exists() && !services.is_empty() {
        drop(output(
            Command::new("systemctl")
                .args(["disable", "--now"])
                .args(services),
        ));
    }
}

/// The policy file while packages are installed; one that another program wrote is not changed.
struct Policy {
    ours: bool,
}

impl Policy {
    fn put() -> io::Result<Self> {
        let ours = fs::read_to_string(POLICY).map_or(true, |text| text == POLICY_TEXT);
        if ours {
            fs::write(POLICY, POLICY_TEXT)?;
            fs::set_permissions(POLICY, fs::Permissions::from_mode(0o755))?;
        }
        Ok(Self { ours })
    }
}

impl Drop for Policy {
    fn drop(&mut self) {
        if self.ours {
            drop(fs::remove_file(POLICY));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_packages_whose_file_is_absent_are_missing() {
        let found: Vec<&str> = missing_packages(|file| file != "/usr/sbin/nft")
            .map(|package| package.name)
            .collect();
        assert_eq!(found, ["nftables"]);
    }
}
