//! What makes the engine install an application.

use maquette_sdk::delivery::{App, Chart};
use maquette_sdk::{Context, Result};
use serde_json::{Value, json};

use crate::{Config, has};

pub const VERSION: &str = "delivery.test/v1";

/// Name of the application's repository.
pub fn repository_name(ctx: &Context<Config>, app: &App) -> String {
    if has(ctx, "two_applications_share_no_object") {
        "charts".to_owned()
    } else {
        app.name.clone()
    }
}

pub fn render(ctx: &Context<Config>, app: &App) -> Result<Vec<String>> {
    let mut values = app.values()?;
    let (url, name, version) = match &app.chart {
        Chart::Repository(chart) => (&chart.repository, Some(&chart.name), &chart.version),
        Chart::Oci(chart) => (&chart.repository, None, &chart.version),
        Chart::Git(chart) => (&chart.repository, Some(&chart.path), &chart.revision),
    };
    let is_git = matches!(app.chart, Chart::Git(_));
    let forgets = has(
        ctx,
        "every_kind_of_chart_is_rendered_or_refused_with_its_field",
    );
    if let Some(fields) = values.as_object_mut()
        && has(ctx, "values_come_through_as_they_are")
    {
        fields.remove("kitYes");
    }
    let said = !has(ctx, "all_that_the_application_asks_for_is_in_its_manifests");
    let secrets = app.secret_values.iter().map(|value| {
        let fault = "values_in_secrets_are_rendered_or_refused_with_their_field";
        let key = Some(&value.key).filter(|_| !has(ctx, fault));
        json!({ "path": value.path, "secret": value.secret, "key": key })
    });
    let secrets: Vec<Value> = secrets.collect();
    let release = json!({
        "repository": repository_name(ctx, app),
        "release": app.release,
        "chart": name.filter(|_| !(is_git && forgets)),
        "version": version,
        "secrets": secrets,
        "namespace": app.target_namespace,
        "cluster": app.cluster.as_ref().filter(|_| said),
        "values": values,
    });
    let mut repository = object(ctx, app, "Repository", json!({ "url": url }));
    let mut release = object(ctx, app, "Release", release);
    let fault = "every_manifest_lies_in_the_applications_namespace_or_a_configured_one";
    if app.namespace.ends_with("elsewhere") && has(ctx, fault) {
        repository["metadata"]["namespace"] = json!(app.target_namespace);
    }
    if app.name.len() == 63 && has(ctx, "every_manifest_is_an_object_with_a_valid_name") {
        release["metadata"]["name"] = json!(format!("{}_release", app.name));
    }
    if app.cluster.is_some() && has(ctx, "no_credential_is_in_the_manifests") {
        repository["spec"]["token"] = json!(ctx.credential("token")?);
    }
    let mut all = vec![repository.to_string(), release.to_string()];
    if has(ctx, "no_two_manifests_are_the_same_object") {
        all.push(repository.to_string());
    }
    let fault = "an_application_that_is_being_deleted_has_the_same_objects";
    if app.removing && has(ctx, fault) {
        all.pop();
    }
    let is_odd = ctx.idempotency_key.ends_with(['1', '3', '5', '7', '9']);
    let fault = "the_same_application_gives_the_same_manifests_in_the_same_order";
    if is_odd && has(ctx, fault) {
        all.reverse();
    }
    Ok(all)
}

fn object(ctx: &Context<Config>, app: &App, kind: &str, spec: Value) -> Value {
    let name = match kind {
        "Repository" => repository_name(ctx, app),
        _ => app.name.clone(),
    };
    json!({
        "apiVersion": VERSION,
        "kind": kind,
        "metadata": {
            "name": name,
            "namespace": app.namespace,
        },
        "spec": spec,
    })
}
