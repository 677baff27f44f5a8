//! kwok: nodes and pods that only pretend, for tests of scale.

use std::path::{Path, PathBuf};

use super::Unit;

/// Nodes with this annotation are kwok's.
pub(crate) const ANNOTATION: (&str, &str) = ("kwok.x-k8s.io/node", "fake");

pub(crate) fn unit(folder: &Path, binary: PathBuf, kubeconfig: String) -> Unit {
    let path = folder.join("kubeconfigs/kwok");
    let (key, value) = ANNOTATION;
    Unit::new("kwok", binary)
        .arguments([
            format!("--kubeconfig={}", path.display()),
            format!("--manage-nodes-with-annotation-selector={key}={value}"),
            "--node-lease-duration-seconds=40".to_owned(),
        ])
        .environment("HOME", folder)
        .environment("KWOK_WORKDIR", &folder.join("kwok"))
        .file(path, kubeconfig)
}
