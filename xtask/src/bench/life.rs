//! Lives of a workspace of three components with route and record: made, Ready, deleted, gone; again and again.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use futures::future::try_join_all;
use jiff::Timestamp;
use kube::{Api, Client};
use maquette_api::Workspace;

use super::audit::{Log, Request, count, summary};
use super::census::Census;
use super::counters::growth;
use super::field::{Field, NOTE, RECONCILES};
use super::figure::{Figure, Section, median, most};
use super::reconciles::Reconciles;
use super::wave::CALM;
use super::{Bench, workspaces};

const RUNS: u32 = 20;
/// The beginning of the namespaces.
const PLACE: &str = "life";
/// Workspaces that live at one time, each in a namespace of its own.
const LANES: u32 = 4;
/// A life that takes longer hangs.
const HANG: Duration = Duration::from_mins(2);

struct Life {
    namespace: String,
    applied: Timestamp,
    ready: Timestamp,
    gone: Timestamp,
    to_ready: Duration,
    to_gone: Duration,
}

pub(super) async fn measure(bench: &Bench<'_>) -> Result<Section> {
    let field = Field::start(bench, 2).await?;
    let runs = bench.runs(RUNS);
    field.audit().quiet(CALM, HANG).await?;
    let (from, before) = (Timestamp::now(), field.operator.counters().await?);
    let began = Instant::now();
    let step = bench
        .progress
        .during(format_args!("{runs} lives, {LANES} at a time"));
    let lanes = (0..LANES.min(runs)).map(|lane| {
        let lives = runs / LANES + u32::from(lane < runs % LANES);
        lane_of(&field.client, format!("{PLACE}-{lane}"), lives)
    });
    let lives: Vec<Life> = try_join_all(lanes).await?.into_iter().flatten().collect();
    drop(step);
    let mut section = report(&field, &lives, began.elapsed())?;
    field.audit().quiet(CALM, HANG).await?;
    let after = field.operator.counters().await?;
    let grown = |label| -> Result<_> {
        let (before, after) = (before.by(RECONCILES, label)?, after.by(RECONCILES, label)?);
        Ok(growth(&before, &after))
    };
    let reconciles = Reconciles {
        by_kind: grown("controller")?,
        by_result: grown("result")?,
        own: &of_lives(field.audit(), from)?,
        others: &of_lives(field.audit_of_others(), from)?,
        lives: count_of(lives.len()),
    };
    reconciles.told(&mut section);
    section.note(NOTE);
    Ok(section)
}

/// Requests in the namespaces of lives, and those for the Gateway that all lives share.
fn of_lives(mut audit: Log, from: Timestamp) -> Result<Vec<Request>> {
    let mut requests = audit.between(from, Timestamp::now())?;
    requests.retain(|request| {
        request.namespace.starts_with(PLACE) || request.resource.starts_with("gateways")
    });
    Ok(requests)
}

/// One life after the other. A hang ends the measurement with what it waited for.
async fn lane_of(client: &Client, namespace: String, runs: u32) -> Result<Vec<Life>> {
    workspaces::namespace(client, &namespace).await?;
    let api: Api<Workspace> = Api::namespaced(client.clone(), &namespace);
    let mut census = Census::of_workspaces(api.clone());
    let mut lives = Vec::new();
    for run in 0..runs {
        let name = format!("{namespace}-{run}");
        let (applied, began) = (Timestamp::now(), Instant::now());
        workspaces::create(&api, vec![workspaces::three(&name)?]).await?;
        let life = format!("life {run} of {runs} in {namespace}");
        census
            .wait(
                &format!("{life}: the workspace to be Ready"),
                HANG,
                |seen| seen.wanted == 1,
            )
            .await?;
        let (ready, to_ready, deleted) = (Timestamp::now(), began.elapsed(), Instant::now());
        workspaces::delete(&api, &name).await?;
        census
            .wait(&format!("{life}: the workspace to be gone"), HANG, |seen| {
                seen.total == 0
            })
            .await?;
        lives.push(Life {
            namespace: namespace.clone(),
            applied,
            ready,
            gone: Timestamp::now(),
            to_ready,
            to_gone: deleted.elapsed(),
        });
    }
    Ok(lives)
}

fn report(field: &Field, lives: &[Life], took: Duration) -> Result<Section> {
    let mut audit = field.audit();
    let requests = audit.all()?.to_vec();
    let (mut to_ready, mut whole, mut reads) = (Vec::new(), Vec::new(), 0.0);
    let mut typical = Vec::new();
    for life in lives {
        let own = |until: Timestamp| {
            requests.iter().filter(move |request| {
                request.namespace == life.namespace
                    && request.at >= life.applied
                    && request.at < until
            })
        };
        to_ready.push(count(own(life.ready).filter(|request| request.is_write())));
        whole.push(count(own(life.gone).filter(|request| request.is_write())));
        reads += count(own(life.gone).filter(|request| request.is_read()));
        typical.push(
            own(life.gone)
                .filter(|request| request.is_write())
                .cloned()
                .collect::<Vec<_>>(),
        );
    }
    let seconds = |value: fn(&Life) -> Duration| {
        lives
            .iter()
            .map(|life| value(life).as_secs_f64())
            .collect::<Vec<_>>()
    };
    let refused = count(
        requests
            .iter()
            .filter(|request| request.code >= 400 && request.is_write()),
    );
    let records = field.power_dns.requests()?;
    let middle = median(&whole);
    let typical = typical
        .into_iter()
        .find(|writes| (count(writes) - middle).abs() < 0.5)
        .context("no life was measured")?;
    let mut section = Section::default();
    let number = lives.len();
    section.add(Figure::told(
        "lives from apply to gone without a hang",
        format!("{number} of {number} in {:.0} s", took.as_secs_f64()),
    ));
    section.add(
        Figure::at_most(
            "writes to Ready, three components, route, record (median)",
            20.0,
            "",
            median(&to_ready),
        )
        .with(format!("most {}", most(&to_ready))),
    );
    section.add(Figure::told(
        "writes of the whole life (median)",
        format!("{middle} (most {})", most(&whole)),
    ));
    section.add(Figure::at_most(
        "reads beside the watches, per life",
        0.0,
        "",
        reads / count_of(number),
    ));
    section.add(Figure::told(
        "writes that the API server refused, all lives",
        format!("{refused}"),
    ));
    section.add(Figure::told(
        "requests to PowerDNS per life",
        super::figure::short(count_of(records.len()) / count_of(number)),
    ));
    let (up, down) = (seconds(|life| life.to_ready), seconds(|life| life.to_gone));
    section.add(Figure::told(
        "apply → Ready (median)",
        format!("{:.2} s (most {:.2} s)", median(&up), most(&up)),
    ));
    section.add(Figure::told(
        "delete → gone (median)",
        format!("{:.2} s (most {:.2} s)", median(&down), most(&down)),
    ));
    section.note(format!(
        "Writes of a median life: {}.",
        summary(&typical, 1.0)
    ));
    Ok(section)
}

fn count_of(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}
