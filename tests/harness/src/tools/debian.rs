//! The part of the cluster that comes from Debian packages.

use std::env;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::ToolError;
use crate::command;
use crate::progress::Progress;

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

/// Installs the missing packages as root, and otherwise says which ones to install. No service is started.
pub fn ensure(progress: &Progress) -> Result<(), ToolError> {
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    if !rustix::process::geteuid().is_root() || !Path::new("/usr/bin/apt-get").exists() {
        return Err(ToolError::Packages {
            missing: missing.join(" "),
        });
    }
    let services: Vec<&str> = missing_packages(|file| Path::new(file).exists())
        .flat_map(|package| package.services)
        .copied()
        .collect();
    let _step = progress.during(format_args!(
        "installing Debian packages: {}",
        missing.join(" ")
    ));
    let _policy = Policy::put().map_err(|source| ToolError::File {
        path: POLICY.into(),
        source,
    })?;
    install(&missing).or_else(|_| {
        // A fresh machine has no package lists yet.
        apt_get(&["update"])?;
        install(&missing)
    })?;
    keep_off(&services);
    Ok(())
}

fn install(packages: &[&str]) -> Result<(), ToolError> {
    let mut arguments = vec!["install", "--yes", "--no-install-recommends"];
    arguments.extend(packages);
    apt_get(&arguments)
}

fn apt_get(arguments: &[&str]) -> Result<(), ToolError> {
    let mut command = Command::new("apt-get");
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(["-qq", "-o", "DPkg::Lock::Timeout=300"])
        .args(arguments);
    command::output(&mut command, None)?;
    Ok(())
}

/// Packages enable their services for the next boot; those that this program brought stay off.
fn keep_off(services: &[&str]) {
    if Path::new("/run/systemd/system").exists() && !services.is_empty() {
        drop(command::run(
            "systemctl",
            ["disable", "--now"].iter().chain(services),
        ));
    }
}

/// The policy file while packages are installed; somebody else's is left alone.
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

/// Whether a program of a package that only some tests need is there.
pub fn has(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(["/usr/sbin".into()])
        .any(|folder| folder.join(program).is_file())
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
