//! `cargo xtask tools`

use maquette_harness::progress::Progress;
use maquette_harness::tools::{self, Tool, debian};

pub(crate) fn run() -> anyhow::Result<()> {
    ensure(&Progress::new())?;
    for tool in Tool::ALL {
        println!(
            "{:<24} {:<8} {}",
            tool.binary(),
            tool.version()?,
            tool.path()?.display()
        );
    }
    Ok(())
}

/// Debian's packages and every program that is built from source.
pub(crate) fn ensure(progress: &Progress) -> anyhow::Result<()> {
    debian::ensure(progress)?;
    tools::ensure(&Tool::ALL, progress)?;
    tools::gateway_api_definitions()?;
    Ok(())
}
