//! frpc with its configuration.

use maquette_sdk::Result;
use maquette_sdk::tunnel::{Connector, File, Probe, Source, Spec, Variable};

use crate::config::Config;
use crate::proxy::proxies;
use crate::toml::{quoted, variable};

/// Credential that connectors get.
pub(crate) const TOKEN: &str = "token";

const TOKEN_VARIABLE: &str = "MAQUETTE_FRP_TOKEN";
const SECRET_VARIABLE: &str = "MAQUETTE_TUNNEL_SECRET";
/// Not below /etc/frp, which is a folder of some images.
const FILE: &str = "/maquette/frpc.toml";
const AUTHORITIES_FILE: &str = "/maquette/ca.crt";
/// frpc's own web server. Only its `/healthz` is open; the rest asks for the tunnel's secret.
const WEB_PORT: u16 = 7400;

/// frpc for these routes. It ends where its first login fails, so that a wrong token is seen; a lost connection it makes
/// again by itself.
pub(crate) fn connector(config: &Config, spec: &Spec) -> Result<Connector> {
    let mut files = vec![File {
        path: FILE.to_owned(),
        content: file(config, spec)?,
    }];
    if let Some(authorities) = &config.certificate_authorities {
        files.push(File {
            path: AUTHORITIES_FILE.to_owned(),
            content: authorities.clone(),
        });
    }
    Ok(Connector {
        image: config.image.clone(),
        args: vec!["-c".to_owned(), FILE.to_owned()],
        env: vec![
            Variable {
                name: TOKEN_VARIABLE.to_owned(),
                source: Source::Credential(TOKEN.to_owned()),
            },
            Variable {
                name: SECRET_VARIABLE.to_owned(),
                source: Source::Secret,
            },
        ],
        files,
        ready: Some(Probe {
            path: "/healthz".to_owned(),
            port: WEB_PORT,
        }),
    })
}

fn file(config: &Config, spec: &Spec) -> Result<String> {
    let (host, port) = config.server()?;
    let (server, name, owner) = (quoted(&host), &spec.name, quoted(&spec.owner));
    let (token, secret) = (variable(TOKEN_VARIABLE), variable(SECRET_VARIABLE));
    let authorities = if config.certificate_authorities.is_some() {
        format!(
            "transport.tls.trustedCaFile = {}\n",
            quoted(AUTHORITIES_FILE)
        )
    } else {
        String::new()
    };
    // Two connectors of one tunnel run side by side while one follows the other: the pod's name tells them apart.
    Ok(format!(
        r#"serverAddr = {server}
serverPort = {port}
user = "{name}.{{{{ .Envs.HOSTNAME }}}}"
loginFailExit = true
auth.method = "token"
auth.token = {token}
{authorities}metadatas.owner = {owner}
log.to = "console"
log.level = "info"
log.disablePrintColor = true
webServer.addr = "0.0.0.0"
webServer.port = {WEB_PORT}
webServer.user = "maquette"
webServer.password = {secret}
{proxies}"#,
        proxies = proxies(spec)?
    ))
}
