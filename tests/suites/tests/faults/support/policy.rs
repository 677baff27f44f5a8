//! The operator's configuration file, as the chart writes it from an administrator's values.

use std::process::Command;

use maquette_harness::progress::Progress;
use maquette_harness::tools::{self, Tool};
use serde_json::Value;

use super::{binaries, scene, world::World};

/// Arguments of an operator with these values of the chart.
pub(crate) fn arguments(world: &World, values: &Value) -> Vec<String> {
    let folder = world.control_plane.folder();
    let name = scene::next_name();
    let values_path = folder.join(format!("{name}.values.yaml"));
    // JSON is YAML.
    std::fs::write(&values_path, values.to_string()).unwrap();
    tools::ensure(&[Tool::Helm], &Progress::new()).unwrap();
    let ended = Command::new(Tool::Helm.path().unwrap())
        .args(["template", "maquette"])
        .arg(binaries::root().join("charts/maquette"))
        .args([
            "--kube-version",
            "1.34.1",
            "--show-only",
            "templates/config.yaml",
        ])
        .arg("--values")
        .arg(&values_path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{values}: {said}");
    let map: Value = serde_saphyr::from_slice(&ended.stdout).unwrap();
    let path = folder.join(format!("{name}.config.yaml"));
    std::fs::write(&path, map["data"]["config.yaml"].as_str().unwrap()).unwrap();
    vec![format!("--config={}", path.display())]
}
