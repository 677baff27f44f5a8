//! What the tests of every interface's rules share: guests that break one rule each, and the look at what they broke.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use maquette_conformance::{Kit, Report, rules};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Most of the time of a run is waiting for what does not answer.
const AT_ONCE: usize = 8;

/// Builds the guest component in this folder of `tests`.
pub(crate) fn build(folder: &str) -> Vec<u8> {
    let guest = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(folder);
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("conformance-guest");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--release"])
        .args(["--target", "wasm32-wasip2"])
        .current_dir(&guest)
        .env("CARGO_TARGET_DIR", &target)
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status()
        .unwrap();
    assert!(built.success(), "the guest does not build; see above");
    let file = format!("wasm32-wasip2/release/{}.wasm", folder.replace('-', "_"));
    std::fs::read(target.join(file)).unwrap()
}

/// The rules of an interface.
pub(crate) fn rules_of(interface: &str) -> Vec<&'static str> {
    let all = rules().into_iter();
    all.filter(|(of, _)| *of == interface)
        .map(|(_, rule)| rule)
        .collect()
}

/// Runs the guest with each rule's fault: that rule fails, no other does, and the credential is in no report.
pub(crate) async fn each_fault_breaks_its_rule_alone<R>(
    kit: Kit,
    interface: &str,
    run: impl Fn(Arc<Kit>, &'static str) -> R,
) where
    R: Future<Output = Report> + Send + 'static,
{
    let (kit, slots) = (Arc::new(kit), Arc::new(Semaphore::new(AT_ONCE)));
    let mut runs = JoinSet::new();
    for rule in rules_of(interface) {
        let (slots, running) = (slots.clone(), run(kit.clone(), rule));
        runs.spawn(async move {
            let _slot = slots.acquire_owned().await.unwrap();
            (rule, running.await)
        });
    }
    let mut wrong = Vec::new();
    while let Some(done) = runs.join_next().await {
        let (rule, report) = done.unwrap();
        let failed: Vec<_> = report.failed().collect();
        if failed.iter().map(|row| row.rule).ne([rule]) {
            let rows = failed.iter();
            let rows: Vec<_> = rows
                .map(|row| format!("{}: {:?}", row.rule, row.verdict))
                .collect();
            wrong.push(format!("the fault {rule} broke {rows:#?}"));
        }
        assert!(!serde_json::to_string(&report).unwrap().contains("canary"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
