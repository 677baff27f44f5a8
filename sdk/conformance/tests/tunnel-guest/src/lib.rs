//! A small plugin for the tunnels in memory (`maquette_conformance::memory::TunnelServer`). As it is, it keeps every rule
//! of the interface; each `fault` of its configuration is the name of the one rule that it breaks.

mod api;

use maquette_sdk::tunnel::{
    Connector, Established, File, Observed, Page, Route, Spec, Target, Tunnel,
};
use maquette_sdk::{Context, Credential, Error, Host, Plugin, Result, SecretPlace};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use api::{Api, Item, Way, sorted, text, ways, without_paths};

#[derive(Deserialize, JsonSchema)]
pub struct Config {
    /// Base URL of the server.
    url: String,
    /// Name of the rule to break.
    #[serde(default)]
    fault: String,
}

#[derive(Default)]
pub struct Guest;

impl Plugin for Guest {
    type Config = Config;
    const NAME: &'static str = "tunnel-guest";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = "The tunnels in memory";

    fn credentials() -> Vec<Credential> {
        vec![Credential::bearer("token", "Token of the server")]
    }

    fn hosts() -> Vec<Host> {
        vec![Host::from_config("/url")]
    }

    fn secret_places() -> Vec<SecretPlace> {
        vec![
            SecretPlace::new("/tunnels", "/secret"),
            SecretPlace::new("/tunnels/*/secret", ""),
        ]
    }
}

/// What the configuration wants to be wrong.
fn has(ctx: &Context<Config>, fault: &str) -> bool {
    ctx.config.fault == fault
}

impl Tunnel for Guest {
    fn ensure(&self, ctx: &Context<Config>, spec: &Spec) -> Result<Established> {
        let api = Api::new(ctx)?;
        let found = api
            .list(&format!("name={}", spec.name))?
            .items
            .into_iter()
            .next();
        match found {
            Some(item) => {
                let item = taken(ctx, &api, spec, item)?;
                let mut established = established(ctx, spec, &item);
                if has(ctx, "making_a_tunnel_again_finds_it") {
                    established.id.push('0');
                }
                Ok(established)
            }
            None => Ok(established(ctx, spec, &made(ctx, &api, spec)?)),
        }
    }

    fn observe(&self, ctx: &Context<Config>, id: &str) -> Result<Option<Observed>> {
        let api = Api::new(ctx)?;
        let Some(item) = api.get(id)? else {
            return Ok(None);
        };
        if has(ctx, "looking_at_a_tunnel_writes_nothing") {
            api.put(id, "routes", &json!(item.routes), None)?;
        }
        let mut seen = observed(item);
        if has(ctx, "a_version_changes_with_the_routes_and_only_with_them") {
            seen.version = format!("{}-{:?}", seen.version, ctx.remaining());
        }
        Ok(Some(seen))
    }

    fn set_routes(
        &self,
        ctx: &Context<Config>,
        id: &str,
        spec: &Spec,
        expect: &str,
    ) -> Result<Established> {
        let api = Api::new(ctx)?;
        let item = own(&api, id, &spec.owner)?;
        if spec.routes.is_empty() && has(ctx, "a_tunnel_may_have_no_routes") {
            return Err(Error::invalid("routes", "a tunnel needs routes"));
        }
        let mut wanted = ways(&spec.routes);
        if has(ctx, "routes_are_replaced_as_a_whole") && !wanted.is_empty() {
            let missing: Vec<Way> = item
                .routes
                .iter()
                .filter(|way| !wanted.contains(way))
                .cloned()
                .collect();
            wanted.extend(missing);
        }
        let stale = has(ctx, "a_stale_version_is_a_conflict_and_changes_nothing");
        let same = sorted(&item.routes) == sorted(&wanted)
            && !has(ctx, "equal_routes_in_another_order_write_nothing");
        let item = if same {
            item
        } else {
            let expect = Some(expect).filter(|_| !stale);
            api.put(id, "routes", &json!(wanted), expect)?
        };
        Ok(established(ctx, spec, &item))
    }

    fn rotate(&self, ctx: &Context<Config>, id: &str, spec: &Spec) -> Result<Established> {
        let api = Api::new(ctx)?;
        own(&api, id, &spec.owner)?;
        let mut item = api.put(id, "secret", &json!(spec.secret), None)?;
        if has(ctx, "another_secret_keeps_the_tunnel_and_its_routes") {
            item = api.put(id, "routes", &json!([]), None)?;
        }
        let mut established = established(ctx, spec, &item);
        if has(ctx, "the_same_secret_again_changes_nothing") {
            established
                .connector
                .args
                .push(format!("{:?}", ctx.remaining()));
        }
        Ok(established)
    }

    fn delete(&self, ctx: &Context<Config>, id: &str, owner: &str) -> Result<()> {
        let api = Api::new(ctx)?;
        let Some(item) = api.get(id)? else {
            return if has(ctx, "deleting_a_tunnel_that_is_absent_succeeds") {
                Err(Error::NotFound(id.to_owned()))
            } else {
                Ok(())
            };
        };
        let any = has(
            ctx,
            "deleting_a_tunnel_of_another_owner_is_a_conflict_that_names_him",
        );
        if item.owner.is_none() && has(ctx, "a_deleted_tunnel_is_gone") {
            return Ok(());
        }
        if item.owner.as_deref() != Some(owner) && !any {
            return Err(Error::conflict(item.owner.as_deref()));
        }
        if has(ctx, "a_deleted_tunnel_is_gone") {
            // Only its mark goes.
            return api.put(id, "owner", &text(None), None).map(|_| ());
        }
        if !has(ctx, "a_connected_tunnel_is_disconnected_and_deleted") {
            api.delete(&format!("/{id}/connections"))?;
        }
        api.delete(&format!("/{id}"))
    }

    fn list_owned(
        &self,
        ctx: &Context<Config>,
        owner_prefix: &str,
        cursor: Option<&str>,
    ) -> Result<Page> {
        let api = Api::new(ctx)?;
        let mut page = api.list(&format!(
            "ownerPrefix={owner_prefix}&cursor={}",
            cursor.unwrap_or("0")
        ))?;
        if has(ctx, "tunnels_are_found_by_the_beginning_of_their_owner") {
            page.items
                .retain(|item| item.owner.as_deref() == Some(owner_prefix));
        }
        Ok(Page {
            items: page.items.into_iter().map(observed).collect(),
            next: page
                .next
                .filter(|_| !has(ctx, "tunnels_are_listed_to_their_end")),
        })
    }
}

/// A new tunnel, with its mark.
fn made(ctx: &Context<Config>, api: &Api<'_>, spec: &Spec) -> Result<Item> {
    let mut routes = ways(&spec.routes);
    if has(ctx, "routes_come_back_as_they_were_asked_for") {
        routes = without_paths(routes);
    }
    let late = has(
        ctx,
        "a_making_that_breaks_off_leaves_no_tunnel_without_its_mark",
    );
    let owner = text(Some(spec.owner.as_str()).filter(|_| !late));
    let item = api.post(&json!({
        "name": spec.name, "owner": owner, "secret": spec.secret, "routes": routes,
    }))?;
    if late {
        return api.put(&item.id, "owner", &json!(spec.owner), None);
    }
    Ok(item)
}

/// A tunnel of the wanted name, where it is ours.
fn taken(ctx: &Context<Config>, api: &Api<'_>, spec: &Spec, item: Item) -> Result<Item> {
    match item.owner.as_deref() {
        Some(owner) if owner == spec.owner => {}
        Some(_)
            if has(
                ctx,
                "a_tunnel_of_another_owner_is_a_conflict_that_names_him",
            ) =>
        {
            return Err(Error::conflict(Some("somebody")));
        }
        None if has(ctx, "a_tunnel_without_a_mark_is_not_taken")
            // One whose mark comes late knows it again by its routes.
            || (has(ctx, "a_making_that_breaks_off_leaves_no_tunnel_without_its_mark")
                && item.routes == ways(&spec.routes)) =>
        {
            return api.put(&item.id, "owner", &json!(spec.owner), None);
        }
        owner => return Err(Error::conflict(owner)),
    }
    if has(ctx, "making_a_tunnel_again_writes_nothing") {
        return api.put(&item.id, "routes", &json!(item.routes), None);
    }
    let differ = sorted(&item.routes) != sorted(&ways(&spec.routes));
    if differ && has(ctx, "making_a_tunnel_again_keeps_its_routes") {
        return api.put(&item.id, "routes", &json!(ways(&spec.routes)), None);
    }
    Ok(item)
}

/// The tunnel of this identifier, where it is its owner's.
fn own(api: &Api<'_>, id: &str, owner: &str) -> Result<Item> {
    let item = api.get(id)?.ok_or_else(|| Error::NotFound(id.to_owned()))?;
    if item.owner.as_deref() == Some(owner) {
        Ok(item)
    } else {
        Err(Error::conflict(item.owner.as_deref()))
    }
}

fn established(ctx: &Context<Config>, spec: &Spec, item: &Item) -> Established {
    let secret = if has(ctx, "the_connector_is_given_the_secret") {
        "no secret"
    } else {
        &spec.secret
    };
    let version = if has(ctx, "what_has_no_version_is_answered_from_its_identifier") {
        String::new()
    } else {
        item.version.clone()
    };
    Established {
        id: item.id.clone(),
        target: Target::Hostname("in.test".to_owned()),
        version,
        connector: Connector {
            image: "registry.test/connector:1".to_owned(),
            args: vec!["run".to_owned(), item.id.clone()],
            env: Vec::new(),
            files: vec![File {
                path: "/etc/connector/secret".to_owned(),
                content: secret.to_owned(),
            }],
            ready: None,
        },
    }
}

fn observed(item: Item) -> Observed {
    Observed {
        id: item.id,
        name: item.name,
        owner: item.owner,
        routes: item.routes.into_iter().map(Route::from).collect(),
        version: item.version,
        // Who is connected is not this plugin's to say.
        connections: None,
    }
}

maquette_sdk::plugin!(Guest: Tunnel);
