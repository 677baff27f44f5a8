//! What is told of an attack: a line for people, and a file for the table where a folder for that is named.

use std::{fs, path::Path};

use serde::Serialize;

/// Names the folder that gets one file of JSON for each attack.
const FOLDER: &str = "MAQUETTE_HOSTILE_FOLDER";

/// Median and 99th percentile of the neighbour's calls in microseconds, and how many there were.
type Latency = (u128, u128, usize);

/// One row.
#[derive(Serialize)]
pub(crate) struct Told<'a> {
    pub(crate) group: &'static str,
    pub(crate) tried: &'static str,
    /// Version of the contract that the attacking plugin is built against.
    pub(crate) contract: &'a str,
    pub(crate) stopped: String,
    pub(crate) took_ms: u128,
    /// What the peak of the host's process lies above its size before.
    pub(crate) grown_kib: u64,
    pub(crate) alone: Latency,
    pub(crate) beside: Latency,
}

pub(crate) fn tell(told: &Told<'_>) {
    println!(
        "{}: {}: {} ({} ms, +{} KiB, neighbour {:?} beside {:?} alone)",
        told.group, told.tried, told.stopped, told.took_ms, told.grown_kib, told.beside, told.alone
    );
    if let Some(folder) = std::env::var_os(FOLDER) {
        let name: String = told
            .tried
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        let file = format!("{}-{name}-{}.json", told.group, told.contract);
        let path = Path::new(&folder).join(file);
        fs::write(path, serde_json::to_string(told).unwrap()).unwrap();
    }
}
