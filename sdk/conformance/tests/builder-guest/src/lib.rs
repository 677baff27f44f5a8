//! A small builder. As it is, it keeps every rule of the interface; each `fault` of its configuration is the name of the
//! one rule that it breaks. `plan` holds the jobs, `endings` the results.

mod endings;
mod plan;

use maquette_sdk::builder::{Build, Ending, Plan, Verdict};
use maquette_sdk::{Builder, Context, Credential, Error, Host, Plugin, Result};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
pub struct Config {
    /// A server, which a builder that keeps the rules never calls.
    url: String,
    /// Image of the builder.
    image: String,
    /// Name of the rule to break.
    #[serde(default)]
    fault: String,
}

#[derive(Default)]
pub struct Guest;

impl Plugin for Guest {
    type Config = Config;
    const NAME: &'static str = "builder-guest";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = "A small builder";

    fn credentials() -> Vec<Credential> {
        vec![Credential::bearer("token", "Token that no plan may hold")]
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

impl Builder for Guest {
    fn plan(&self, ctx: &Context<Config>, build: &Build) -> Result<Plan> {
        ask(ctx, "planning_asks_nobody");
        if build.destinations.is_empty() {
            let fault = "a_build_without_a_destination_is_refused_with_its_field";
            let field = if has(ctx, fault) {
                "build"
            } else {
                "destinations"
            };
            return Err(Error::invalid(field, "name a repository"));
        }
        plan::plan(ctx, build)
    }

    fn interpret(
        &self,
        ctx: &Context<Config>,
        build: &Build,
        _: u32,
        ending: &Ending,
    ) -> Result<Verdict> {
        ask(ctx, "interpreting_asks_nobody");
        endings::verdict(ctx, build, ending)
    }
}

maquette_sdk::plugin!(Guest: Builder);
