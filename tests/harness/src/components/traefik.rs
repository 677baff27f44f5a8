//! Traefik as the implementation of the Gateway API, a process of the machine that reaches pods by their addresses.

use std::path::{Path, PathBuf};

use super::Unit;

/// What Traefik needs to know.
pub(crate) struct Traefik<'a> {
    pub(crate) folder: &'a Path,
    /// URL of the API server.
    pub(crate) api: &'a str,
    pub(crate) certificate: &'a Path,
    pub(crate) token: &'a str,
    pub(crate) address: &'a str,
    pub(crate) port: u16,
}

impl Traefik<'_> {
    pub(crate) fn unit(&self, binary: PathBuf) -> Unit {
        let config = self.folder.join("traefik.yaml");
        Unit::new("traefik", binary)
            .arguments([format!("--configfile={}", config.display())])
            .file(config, self.config())
    }

    /// In a file, because arguments with a token are visible to every user of the machine.
    fn config(&self) -> String {
        let Self {
            folder,
            api,
            certificate,
            token,
            address,
            port,
        } = self;
        format!(
            r#"global: {{checkNewVersion: false, sendAnonymousUsage: false}}
entryPoints:
  web: {{address: "{address}:{port}"}}
providers:
  providersThrottleDuration: 100ms
  kubernetesGateway:
    endpoint: {api}
    token: {token}
    certAuthFilePath: {certificate}
    statusAddress: {{ip: {address}}}
log: {{level: INFO}}
accessLog: {{filePath: {folder}/logs/gateway-access.log}}
"#,
            certificate = certificate.display(),
            folder = folder.display(),
        )
    }
}
