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
    let reached = wait_for("kube-apiserver", within, async || {
        if needed.iter().any(|process| process.check().is_err()) {
            return Ok(());
        }
        // Read at every look: the server makes the file and then fills it, and whoever read it in between trusts nobody.
        let pem = std::fs::read_to_string(certificate)
            .map_err(|error| format!("its certificate: {error}"))?;
        write_kubeconfig(kubeconfig, url, &pem, token).map_err(|error| error.to_string())?;
        let client = connect(kubeconfig)
            .await
            .map_err(|error| error.to_string())?;
        look(&client).await
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ControlPlane;
    use crate::components::apiserver::certificate as complete;

    #[tokio::test]
    async fn a_certificate_that_is_read_before_it_is_complete_is_read_again() {
        let control_plane = ControlPlane::start().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let certificate = folder.path().join("apiserver.crt");
        std::fs::write(&certificate, "").unwrap();
        let (file, whole) = (certificate.clone(), complete(control_plane.folder()));
        let filled = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(500)).await;
            std::fs::copy(whole, file).unwrap();
        });
        let own = std::fs::read_to_string(control_plane.kubeconfig()).unwrap();
        let (_, token) = own.split_once("token: ").unwrap();
        ready(
            &[],
            control_plane.url(),
            &certificate,
            &folder.path().join("kubeconfig"),
            token.lines().next().unwrap(),
            Duration::from_secs(10),
        )
        .await
        .unwrap();
        filled.await.unwrap();
    }
}
