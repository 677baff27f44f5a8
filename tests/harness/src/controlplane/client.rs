//! Connecting to an API server that the harness started.

use std::path::Path;
use std::time::Duration;

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};

use super::{ControlPlaneError, write_kubeconfig};
use crate::process::Process;
use crate::wait::wait_for;

/// A client from a kubeconfig file.
pub(crate) async fn connect(path: &Path) -> Result<Client, ControlPlaneError> {
    let refused = |source| ControlPlaneError::Kubeconfig {
        path: path.to_owned(),
        source,
    };
    let kubeconfig = Kubeconfig::read_from(path).map_err(refused)?;
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
        .await
        .map_err(refused)?;
    config.connect_timeout = Some(Duration::from_secs(5));
    Ok(Client::try_from(config)?)
}

/// Waits for the API server's certificate, writes the administrator's kubeconfig, and waits until the server is ready.
///
/// Gives up at once when one of the `needed` processes has ended.
pub(crate) async fn ready(
    needed: &[Process],
    url: &str,
    certificate: &Path,
    kubeconfig: &Path,
    token: &str,
    within: Duration,
) -> Result<(), ControlPlaneError> {
    let mut client = None;
    let reached = wait_for("kube-apiserver", within, async || {
        if needed.iter().any(|process| process.check().is_err()) {
            return Ok(());
        }
        if client.is_none() {
            let pem = std::fs::read_to_string(certificate)
                .map_err(|error| format!("its certificate: {error}"))?;
            write_kubeconfig(kubeconfig, url, &pem, token).map_err(|error| error.to_string())?;
            client = connect(kubeconfig).await.ok();
        }
        match &client {
            Some(client) => look(client).await,
            None => Err("its certificate is not complete yet".to_owned()),
        }
    })
    .await;
    for process in needed {
        process.check()?;
    }
    reached.map_err(Into::into)
}

/// One look at `/readyz`.
pub(crate) async fn look(client: &Client) -> Result<(), String> {
    let request = http::Request::get("/readyz")
        .body(Vec::new())
        .map_err(|error| error.to_string())?;
    client
        .request_text(request)
        .await
        .map(drop)
        .map_err(|error| error.to_string())
}
