//! A small delivery plugin for an engine with two objects for each application: a Repository and a Release. As it is, it
//! keeps every rule of the interface; each `fault` of its configuration is the name of the one rule that it breaks.

mod assess;
mod render;

use maquette_sdk::delivery::{App, Assessment};
use maquette_sdk::{Context, Credential, Delivery, Error, Host, Plugin, Result};
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
        let values = serde_json::from_str(&app.values).map_err(|error| {
            let fault = "values_that_are_no_json_are_refused_with_their_field";
            let field = if has(ctx, fault) { "app" } else { "values" };
            Error::invalid(field, error.to_string())
        })?;
        render::render(ctx, app, values)
    }

    fn assess(&self, ctx: &Context<Config>, app: &App, objects: &[String]) -> Result<Assessment> {
        ask(ctx, "assessing_asks_nobody");
        let parsed = objects.iter().map(|text| serde_json::from_str(text));
        let objects = parsed.collect::<Result<Vec<_>, _>>();
        let objects =
            objects.map_err(|error| Error::Other(format!("an object is no JSON: {error}")))?;
        Ok(assess::assess(ctx, app, &objects))
    }
}

maquette_sdk::plugin!(Guest: Delivery);
