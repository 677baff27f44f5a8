//! cloudflared with its credentials. Pure.

use maquette_sdk::tunnel::{Connector, File, Probe};
use maquette_sdk::{Error, Result};
use serde::Serialize;

const FILE: &str = "/maquette/credentials.json";
/// cloudflared's own web server: metrics, and whether it is connected.
const WEB_PORT: u16 = 2000;

/// What `cloudflared tunnel create` writes.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Credentials<'a> {
    account_tag: &'a str,
    tunnel_secret: &'a str,
    #[serde(rename = "TunnelID")]
    tunnel_id: &'a str,
}

/// cloudflared for this tunnel. Its routes come from Cloudflare, so it runs on while they change.
///
/// # Errors
/// The credentials are no JSON.
pub(super) fn connector(
    image: &str,
    account: &str,
    tunnel: &str,
    secret: &str,
) -> Result<Connector> {
    let credentials = Credentials {
        account_tag: account,
        tunnel_secret: secret,
        tunnel_id: tunnel,
    };
    let content = serde_json::to_string(&credentials)
        .map_err(|error| Error::Other(format!("credentials cannot be written: {error}")))?;
    let metrics = format!("0.0.0.0:{WEB_PORT}");
    let args = [
        "tunnel",
        "--no-autoupdate",
        "--metrics",
        &metrics,
        "run",
        "--credentials-file",
        FILE,
        tunnel,
    ];
    Ok(Connector {
        image: image.to_owned(),
        args: args.map(str::to_owned).into(),
        env: Vec::new(),
        files: vec![File {
            path: FILE.to_owned(),
            content,
        }],
        ready: Some(Probe {
            path: "/ready".to_owned(),
            port: WEB_PORT,
        }),
    })
}
