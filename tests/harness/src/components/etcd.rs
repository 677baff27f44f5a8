//! etcd, one member, plain HTTP on loopback.

use std::path::{Path, PathBuf};

use super::Unit;

/// What etcd needs to know.
pub(crate) struct Etcd<'a> {
    pub(crate) folder: &'a Path,
    /// ip:port
    pub(crate) client: &'a str,
    /// ip:port
    pub(crate) peer: &'a str,
    /// Whether writes are synced to the disk. Tests that pull the plug need it, all others are faster without.
    pub(crate) durable: bool,
}

impl Etcd<'_> {
    pub(crate) fn unit(&self, binary: PathBuf) -> Unit {
        let Self {
            folder,
            client,
            peer,
            ..
        } = self;
        let mut arguments = vec![
            format!("--data-dir={}", folder.join("etcd").display()),
            format!("--listen-client-urls=http://{client}"),
            format!("--advertise-client-urls=http://{client}"),
            format!("--listen-peer-urls=http://{peer}"),
            format!("--initial-advertise-peer-urls=http://{peer}"),
            format!("--initial-cluster=default=http://{peer}"),
            "--quota-backend-bytes=8589934592".to_owned(),
            "--log-level=warn".to_owned(),
        ];
        if !self.durable {
            arguments.push("--unsafe-no-fsync".to_owned());
        }
        Unit::new("etcd", binary).arguments(arguments)
    }
}
