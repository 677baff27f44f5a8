//! `maquette plugin zones`.

use anyhow::Context as _;
use maquette_conformance::memory::DnsServer;

use super::given::secret;
use crate::command::{self, WrongUse};
use crate::output::Output;

/// Serves zones in memory until it is interrupted.
pub(crate) async fn zones(arguments: command::Zones, output: Output) -> anyhow::Result<()> {
    let token = secret("--token", "", &arguments.token).map_err(WrongUse)?;
    let server = DnsServer::start_at(arguments.listen, &arguments.zone, &token)
        .await
        .with_context(|| format!("--listen: {} cannot be used", arguments.listen))?;
    let result = serde_json::json!({ "url": server.url(), "zone": arguments.zone });
    output.result(&result, || {
        format!("{} serves {}", server.url(), arguments.zone)
    })?;
    Ok(server.serve().await?)
}
