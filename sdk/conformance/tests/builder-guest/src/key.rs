//! The cache key: a hash of everything that can change the image.

use maquette_sdk::Context;
use maquette_sdk::builder::Build;

use crate::{Config, has};

/// What a field says, unless a fault forgets it.
struct Parts<'a> {
    ctx: &'a Context<Config>,
    all: Vec<String>,
}

impl Parts<'_> {
    fn unless(&mut self, fault: &str, value: impl Into<String>) {
        if !has(self.ctx, fault) {
            self.all.push(value.into());
        }
    }

    fn only(&mut self, fault: &str, value: impl Into<String>) {
        if has(self.ctx, fault) {
            self.all.push(value.into());
        }
    }
}

pub fn key(ctx: &Context<Config>, build: &Build) -> String {
    let text = |value: &Option<String>| format!("{value:?}");
    let mut parts = Parts {
        ctx,
        all: Vec::new(),
    };
    parts.unless(
        "another_configuration_changes_the_cache_key",
        &ctx.config.image,
    );
    parts.unless("another_revision_changes_the_cache_key", &build.revision);
    parts.unless(
        "another_folder_changes_the_cache_key",
        text(&build.context_dir),
    );
    parts.unless(
        "another_dockerfile_changes_the_cache_key",
        text(&build.dockerfile),
    );
    parts.unless("another_stage_changes_the_cache_key", text(&build.target));
    parts.unless(
        "other_platforms_change_the_cache_key",
        build.platforms.join(" "),
    );
    parts.unless(
        "another_build_secret_changes_the_cache_key",
        format!("{:?}", build.secrets),
    );
    parts.all.push(arguments(ctx, build));
    let places = build
        .destinations
        .iter()
        .map(|place| format!("{}{:?}", place.repository, place.tags));
    let places: Vec<_> = places.collect();
    parts.only(
        "where_the_image_goes_does_not_change_the_cache_key",
        places.join(" "),
    );
    parts.only(
        "where_credentials_are_mounted_does_not_change_the_cache_key",
        &build.secrets_dir,
    );
    let seconds = build.timeout_seconds.to_string();
    parts.only(
        "how_long_it_may_take_does_not_change_the_cache_key",
        seconds,
    );
    parts.only("who_asks_does_not_change_the_cache_key", &ctx.object);
    let long = build
        .context_dir
        .as_ref()
        .is_some_and(|folder| folder.len() > 128);
    if long && has(ctx, "a_cache_key_has_at_most_128_characters") {
        return parts.all.join("-");
    }
    hash(&parts.all)
}

/// A fault tells neither values nor where an argument ends.
fn arguments(ctx: &Context<Config>, build: &Build) -> String {
    let (values, apart) = (
        !has(ctx, "another_build_argument_changes_the_cache_key"),
        !has(ctx, "no_two_fields_run_together_in_the_cache_key"),
    );
    let each = build.args.iter().map(|arg| match (values, apart) {
        (true, true) => format!("{:?}={:?}", arg.name, arg.value),
        (true, false) => format!("{}={}", arg.name, arg.value),
        // Only a value alone is forgotten: what holds a part of the next argument still tells it.
        (false, _) => format!("{:?}={:?}", arg.name, arg.value.get(1..)),
    });
    each.collect::<Vec<_>>().join(" ")
}

/// FNV-1a: <http://www.isthe.com/chongo/tech/comp/fnv/>.
fn hash(parts: &[String]) -> String {
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for byte in parts.iter().flat_map(|part| part.bytes().chain([0xff])) {
        hash ^= u128::from(byte);
        hash = hash.wrapping_mul(0x0100_0000_0000_0000_0000_013b);
    }
    format!("{hash:032x}")
}
