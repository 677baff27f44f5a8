//! Sizes of what is pulled: the operator's image and the plugin, as the registry has them.

use std::io::Write as _;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::Request;
use http::header::ACCEPT;
use maquette_harness::http::{Answer, send};
use serde::Deserialize;

use super::Bench;
use super::field::Field;
use super::figure::{Figure, Section};
use crate::{images, plugin};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const OPERATOR: &str = "maquette/operator";
const OPERATOR_PROGRAM: &str = "maquette-operator";

#[derive(Deserialize)]
struct Manifest {
    layers: Vec<Layer>,
}

#[derive(Deserialize)]
struct Layer {
    digest: String,
    size: u64,
}

pub(super) async fn measure(bench: &Bench<'_>) -> Result<Section> {
    let field = Field::start(bench, 1).await?;
    let address = field.registry.push_address.as_str();
    // A release build has no debug information; a debug build is measured as the demo ships it.
    let program = if bench.args.release {
        bench.operator.clone()
    } else {
        bench.binaries.stripped(OPERATOR_PROGRAM)?
    };
    images::publish_operator(&program, &field.registry, &bench.progress).await?;
    let mut section = Section::default();
    let layers = manifest(address, OPERATOR, "dev").await?.layers;
    let mut compressed = 0;
    for layer in &layers {
        compressed += gzip(&blob(address, OPERATOR, &layer.digest).await?)?;
    }
    section.add(Figure::told(
        "operator image, layers as pushed here (not compressed)",
        mebibytes(layers.iter().map(|layer| layer.size).sum()),
    ));
    section.add(Figure::told(
        "  the same layers through gzip",
        mebibytes(compressed),
    ));
    let layers = manifest(address, plugin::REPOSITORY, &field.plugin)
        .await?
        .layers;
    section.add(Figure::told(
        "plugin powerdns",
        mebibytes(layers.iter().map(|layer| layer.size).sum()),
    ));
    Ok(section)
}

async fn get(address: &str, path: &str, accept: &str) -> Result<Answer> {
    let request = Request::get(path)
        .header(ACCEPT, accept)
        .body(Bytes::new())?;
    let answer = send(address, request).await?;
    ensure!(
        answer.status.is_success(),
        "the registry answered {} for {path}",
        answer.status
    );
    Ok(answer)
}

async fn manifest(address: &str, repository: &str, reference: &str) -> Result<Manifest> {
    let answer = get(
        address,
        &format!("/v2/{repository}/manifests/{reference}"),
        MANIFEST,
    )
    .await?;
    serde_json::from_slice(&answer.body).context("the registry's manifest")
}

async fn blob(address: &str, repository: &str, digest: &str) -> Result<Bytes> {
    Ok(
        get(address, &format!("/v2/{repository}/blobs/{digest}"), "*/*")
            .await?
            .body,
    )
}

/// Size after gzip at its default level.
fn gzip(bytes: &Bytes) -> Result<u64> {
    let mut gzip = Command::new("gzip")
        .arg("-c")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("running gzip")?;
    let mut input = gzip.stdin.take().context("gzip takes no input")?;
    let bytes = bytes.clone();
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let output = gzip.wait_with_output()?;
    ensure!(
        writer.join().is_ok_and(|written| written.is_ok()) && output.status.success(),
        "gzip failed"
    );
    Ok(u64::try_from(output.stdout.len())?)
}

fn mebibytes(bytes: u64) -> String {
    let tenths = bytes * 10 / (1024 * 1024);
    if tenths < 10 {
        return format!("{} KiB", bytes / 1024);
    }
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}
