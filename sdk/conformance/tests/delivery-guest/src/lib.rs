//! A small delivery plugin for an engine with two objects for each application: a Repository and a Release. As it is, it
//! keeps every rule of the interface; each `fault` of its configuration is the name of the one rule that it breaks.

mod assess;
mod render;

use maquette_sdk::delivery::{App, Assessment, parsed};
use maquette_sdk::{Context, Credential, Delivery, Host, ObjectKind, Plugin, Result};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
pub struct Config {
    /// A server, which a plugin that keeps the rules never calls.
    url: String,
    /// Name of the rule to break.
    #[serde(default)]
    fault: String,
}

#[derive(Default)]
pub struct Guest;

impl Plugin for Guest {
    type Config = Config;
    const NAME: &'static str = "delivery-guest";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = "A small GitOps engine";

    fn credentials() -> Vec<Credential> {
        vec![Credential::bearer(
            "token",
            "Token that no manifest may hold",
        )]
    }

    fn hosts() -> Vec<Host> {
        vec![Host::from_config("/url")]
    }

    fn objects() -> Vec<ObjectKind> {
        ["Repository", "Release"]
            .map(|kind| ObjectKind::new(render::VERSION, kind))
            .into()
    }
}

/// What the configuration wants to be wrong.
pub fn has(ctx: &Context<Config>, fault: &str) -> bool {
    ctx.config.fault == fault
}

/// Asks the server where it should not. Whatever comes of it.
fn ask(ctx: &Context<Config>, fault: &str) {
    if has(ctx, fault) {
        drop(ctx.http().post(&ctx.config.url).send());
    }
}

impl Delivery for Guest {
    fn render(&self, ctx: &Context<Config>, app: &App) -> Result<Vec<String>> {
        ask(ctx, "rendering_asks_nobody");
        render::render(ctx, app)
    }

    fn assess(&self, ctx: &Context<Config>, app: &App, objects: &[String]) -> Result<Assessment> {
        ask(ctx, "assessing_asks_nobody");
        let objects = parsed(objects)?;
        Ok(assess::assess(ctx, app, &objects))
    }
}

maquette_sdk::plugin!(Guest: Delivery);
