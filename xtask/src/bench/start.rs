//! Start-up from cached plugins, with the registry gone.

use std::time::Duration;

use anyhow::Result;
use kube::Api;
use kube::api::{Patch, PatchParams};
use maquette_api::Provider;
use serde_json::json;

use super::Bench;
use super::field::{Field, NOTE, PROVIDER, ZONE};
use super::figure::{Figure, Section, median};
use super::wave::{CALM, Group, ready};
use super::workspaces::{Reach, Shape};

const STARTS: u32 = 5;
const WORKSPACES: u32 = 200;

pub(super) async fn measure(bench: &Bench<'_>) -> Result<Section> {
    let mut field = Field::start(bench, 2).await?;
    field.end_registry()?;
    let mut section = Section::default();
    starts(&mut field, &mut section, 0).await?;
    let mut audit = field.audit();
    audit.quiet(CALM, Duration::from_mins(2)).await?;
    let group = Group::new("started", Shape::One(Reach::ByName), 0..WORKSPACES);
    ready(&field, &mut audit, &[group]).await?;
    starts(&mut field, &mut section, WORKSPACES).await?;
    section.note(format!("Median of {STARTS} starts. The registry is gone: code and compiled code come from the operator's cache. \
         The Provider's spec is changed while the operator is down, so that Ready is its word about this start."));
    section.note(NOTE);
    Ok(section)
}

async fn starts(field: &mut Field, section: &mut Section, workspaces: u32) -> Result<()> {
    let providers: Api<Provider> = Api::all(field.client.clone());
    let (mut complete, mut ready) = (Vec::new(), Vec::new());
    for number in 0..STARTS {
        field.operator.stop()?;
        let zones = json!([ZONE, format!("start-{workspaces}-{number}.test")]);
        let change = json!({"spec": {"scope": {"zones": zones}}});
        providers
            .patch(PROVIDER, &PatchParams::default(), &Patch::Merge(&change))
            .await?;
        let (began, caches) = field.operator.start_again().await?;
        field.provider_ready().await?;
        complete.push(caches.as_secs_f64() * 1e3);
        ready.push(began.elapsed().as_secs_f64() * 1e3);
    }
    let milliseconds = |values: &[f64]| format!("{:.0} ms", median(values));
    section.add(Figure::told(
        format!("process start → caches complete, {workspaces} workspaces"),
        milliseconds(&complete),
    ));
    section.add(Figure::told(
        "  process start → Provider Ready",
        milliseconds(&ready),
    ));
    Ok(())
}
