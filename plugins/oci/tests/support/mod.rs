//! A real docker-registry, images to put into it, and a token server for it.
#![allow(
    dead_code,
    unused_imports,
    reason = "each test program uses a part of it"
)]

mod images;
mod registry;
mod tokens;

pub(crate) use images::{Pushed, index, push, push_artifact};
pub(crate) use registry::{PASSWORD, Registry, USER};
pub(crate) use tokens::Tokens;

use std::time::Duration;

use maquette_sdk::Context;
use maquette_sdk::native::Native;
use oci::Config;

/// The plugin's view of a registry, with or without a login.
pub(crate) fn context(url: &str, login: Option<&str>) -> Context<Config> {
    let login = login.map(|login| ("login".to_owned(), format!("Basic {}", base64(login))));
    let config = Config {
        url: url.to_owned(),
        token_server: None,
    };
    Context::new(
        config,
        Box::new(Native::new(login)),
        Duration::from_secs(20),
    )
}

pub(crate) fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}
