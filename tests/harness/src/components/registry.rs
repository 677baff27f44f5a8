//! Debian's docker-registry 2.8: an OCI registry without its referrers API, plain HTTP.

use std::path::Path;

use super::Unit;

pub(crate) fn unit(folder: &Path, address: &str) -> Unit {
    let config = folder.join("registry.yaml");
    let text = format!(
        "version: 0.1
log: {{level: warn, accesslog: {{disabled: false}}}}
storage:
  filesystem: {{rootdirectory: {storage}}}
  delete: {{enabled: true}}
  maintenance: {{uploadpurging: {{enabled: false}}}}
http: {{addr: \"{address}\"}}
",
        storage = folder.join("registry").display(),
    );
    Unit::new("registry", "/usr/bin/docker-registry".into())
        .arguments(["serve".to_owned(), config.display().to_string()])
        .environment("OTEL_TRACES_EXPORTER", Path::new("none"))
        .file(config, text)
}
