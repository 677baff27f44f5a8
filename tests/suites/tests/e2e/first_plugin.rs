//! docs/plugins/first-plugin.md, as its reader would follow it: every command of the page, in its order, in one shell.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use maquette_harness::cargo::forget_package;

use crate::support::Place;

/// The commands of a page: its blocks of `bash`.
fn blocks(page: &str) -> Vec<String> {
    let parts = page.split("```bash\n").skip(1);
    parts
        .map(|part| part.split("```").next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn from_the_page_alone_a_plugin_is_made_signed_published_and_run() {
    let place = Place::alone("first-plugin").await;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap();
    let page = std::fs::read_to_string(root.join("docs/plugins/first-plugin.md")).unwrap();
    let blocks = blocks(&page);
    let clean_up = blocks.last().unwrap();
    // The page has the usual address; a machine on which its port is taken has another one.
    let script = format!(
        "set -euo pipefail\n\
         ended() {{ code=$?; if [ $code -ne 0 ]; then set +e; {clean_up}\nfi; exit $code; }}\ntrap ended EXIT\nset -x\n{}",
        blocks.concat()
    )
    .replace("198.18.0.1:5000", place.cluster.registry())
    // The registry of a cluster that is running already may have the plugin of an earlier run.
    .replace("/first/", &format!("/{}/", place.namespace));
    // The page's paths are those of a reader who says nothing of target folders; what was compiled before is used all the same.
    let compiled = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| root.join("target").into());
    let mut shell = Command::new("bash");
    let done = forget_package(&mut shell)
        .arg("-c")
        .arg(script)
        .current_dir(&root)
        .env_remove("CARGO_TARGET_DIR")
        .env("CARGO_BUILD_BUILD_DIR", compiled)
        .env_remove("KUBECONFIG")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(
        done.status.success(),
        "{told}\n{}",
        String::from_utf8_lossy(&done.stderr)
    );
    for line in [
        "0 broken or not shown",
        "is signed by key",
        "dnsrecord.maquette.dev/hello condition met",
        "mydns 0.2.0 runs",
        "mydns 0.1.0 runs",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
}
