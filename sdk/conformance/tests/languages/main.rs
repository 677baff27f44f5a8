//! The same plugin in four languages, each built by its own toolchain and run in the operator's own host: the whole
//! conformance suite, and what it does not show. A toolchain that is missing fails the test and says what to install.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod built;
mod calls;

use std::sync::{Mutex, PoisonError};

use maquette_conformance::memory::DnsServer;
use maquette_conformance::{Subject, test};
use serde_json::json;

use built::{Language, compiled, component};

const ZONE: &str = "preview.test";
const TOKEN: &str = "the-servers-token";

/// One language after the other: compiling a whole interpreter takes all there is of the machine.
static TURN: Mutex<()> = Mutex::new(());

fn conformant(language: Language) {
    let wasm = component(language);
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let (compiled, _alone) = compiled();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(DnsServer::start(ZONE, TOKEN)).unwrap();
    let subject = Subject::new(wasm)
        .with_config(json!({ "url": server.url() }))
        .with_credential("token", TOKEN)
        .with_zone(ZONE)
        .with_other_writer(server.other_writer())
        .with_cache(compiled);
    let report = test(subject).unwrap();
    println!("{}", report.text());
    report.assert_conformant();
}

#[test]
fn the_plugin_in_rust_is_conformant() {
    conformant(Language::Rust);
}

#[test]
fn the_plugin_in_python_is_conformant() {
    conformant(Language::Python);
}

#[test]
fn the_plugin_in_javascript_is_conformant() {
    conformant(Language::JavaScript);
}

#[test]
fn the_plugin_in_go_is_conformant() {
    conformant(Language::Go);
}
