//! What the manifests say, and may not say.

use maquette_host::kinds::delivery::{App, Chart, SecretValue};
use serde_json::{Value, json};

use super::bench::Bench;
use crate::suite::{Outcome, keep};
use crate::texts::{credential_in, texts};

fn say(manifests: &[Value], wanted: &str) -> bool {
    let mut all = manifests.iter().flat_map(texts);
    all.any(|text| text.contains(wanted))
}

fn with_cluster() -> App {
    App {
        cluster: Some("kit-cluster".to_owned()),
        ..Bench::app()
    }
}

/// Chart with repository and version, the namespace that it goes to, and the cluster.
pub(super) async fn all_that_the_application_asks_for_is_in_its_manifests(
    bench: &Bench,
) -> Outcome {
    let app = Bench::app();
    let manifests = bench.render(&app).await?;
    for (field, wanted) in [
        ("release", &app.release),
        ("target-namespace", &app.target_namespace),
    ] {
        keep!(
            say(&manifests, wanted),
            "no manifest says `{wanted}` of `{field}`"
        );
    }
    if let Some(manifests) = bench.render_with(&with_cluster(), &["cluster"]).await? {
        let wanted = "kit-cluster";
        keep!(
            say(&manifests, wanted),
            "no manifest says `{wanted}` of `cluster`; refuse what cannot be installed"
        );
    }
    Ok(())
}

/// A chart repository, an OCI registry and a folder in git, each with all that finds the chart.
pub(super) async fn every_kind_of_chart_is_rendered_or_refused_with_its_field(
    bench: &Bench,
) -> Outcome {
    let mut installed = 0;
    for chart in Bench::charts() {
        let said = match &chart {
            Chart::Repository(it) => [it.repository.as_str(), &it.name, &it.version],
            // Some engines name the chart, and others take it as the last part of the repository.
            Chart::Oci(it) => {
                let (parent, name) = it.repository.rsplit_once('/').unwrap_or_default();
                [parent, name, &it.version]
            }
            Chart::Git(it) => [it.repository.as_str(), &it.path, &it.revision],
        };
        let said = said.map(str::to_owned);
        let app = App {
            chart,
            ..Bench::app()
        };
        let Some(manifests) = bench.render_with(&app, &["chart"]).await? else {
            continue;
        };
        installed += 1;
        for wanted in said {
            keep!(
                say(&manifests, &wanted),
                "no manifest says `{wanted}` of {:?}",
                app.chart
            );
        }
    }
    keep!(installed > 0, "every kind of chart is refused");
    Ok(())
}

/// By the name of the Secret and the key: the value itself is not known.
pub(super) async fn values_in_secrets_are_rendered_or_refused_with_their_field(
    bench: &Bench,
) -> Outcome {
    let app = App {
        secret_values: vec![SecretValue {
            path: Some("database.password".to_owned()),
            secret: "kit-database".to_owned(),
            key: "kit-password".to_owned(),
        }],
        ..Bench::app()
    };
    if let Some(manifests) = bench.render_with(&app, &["secret-values"]).await? {
        for wanted in ["kit-database", "kit-password"] {
            keep!(
                say(&manifests, wanted),
                "no manifest says `{wanted}` of `secret-values`; refuse what cannot be installed"
            );
        }
    }
    Ok(())
}

/// As an object, or as a text in JSON or YAML that is equal to it.
pub(super) async fn values_come_through_as_they_are(bench: &Bench) -> Outcome {
    let values = json!({
        "kitText": "a: \"b\"\n- c # d",
        "kitNumber": 12.5,
        "kitYes": true,
        "kitNested": { "list": [1, null, "no"], "empty": {} },
    });
    let app = App {
        values: values.to_string(),
        ..Bench::app()
    };
    let manifests = bench.render(&app).await?;
    keep!(
        manifests.iter().any(|manifest| holds(manifest, &values)),
        "the values {values} are not in {manifests:?}"
    );
    Ok(())
}

/// Whether the document holds these values, beside others perhaps.
fn holds(document: &Value, values: &Value) -> bool {
    match document {
        Value::Object(fields) => {
            let same = |(key, value): (&String, &Value)| fields.get(key) == Some(value);
            values.as_object().is_some_and(|all| all.iter().all(same))
                || fields.values().any(|field| holds(field, values))
        }
        Value::Array(items) => items.iter().any(|item| holds(item, values)),
        Value::String(text) if text.contains("kitNested") => {
            let parsed: Option<Value> = serde_saphyr::from_str(text).ok();
            parsed.is_some_and(|parsed| holds(&parsed, values))
        }
        _ => false,
    }
}

/// Neither a value of the Provider's credentials, nor what stands for one in the plugin.
pub(super) async fn no_credential_is_in_the_manifests(bench: &Bench) -> Outcome {
    let manifests = match bench.render_with(&with_cluster(), &["cluster"]).await? {
        Some(manifests) => manifests,
        None => bench.render(&Bench::app()).await?,
    };
    let all: Vec<&str> = manifests.iter().flat_map(texts).collect();
    if let Some(name) = credential_in(&all, &bench.credentials) {
        keep!(false, "the credential `{name}` is in a manifest");
    }
    Ok(())
}

/// No request, whatever the Provider grants.
pub(super) async fn rendering_asks_nobody(bench: &Bench) -> Outcome {
    let Some(provider) = bench.place.watched()? else {
        return Ok(());
    };
    bench.place.script.set(|_| crate::faults::Action::Forward);
    provider
        .delivery()?
        .render(&bench.call(), &Bench::app())
        .await?;
    let asked = bench.place.script.seen();
    keep!(asked.is_empty(), "it sent {asked:?}");
    Ok(())
}
