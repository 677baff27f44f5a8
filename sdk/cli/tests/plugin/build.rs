//! `maquette plugin build`.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::support::{Done, maquette, plugin, repository};

fn build(folder: &Path, environment: &[(&str, &OsStr)]) -> Done {
    maquette(
        &[
            "plugin".as_ref(),
            "build".as_ref(),
            folder.as_os_str(),
            "--output=json".as_ref(),
        ],
        environment,
        "",
    )
}

#[test]
fn a_crate_becomes_a_plugin_that_says_what_it_asks_for() {
    let done = maquette(
        &[
            "plugin".as_ref(),
            "inspect".as_ref(),
            plugin().as_os_str(),
            OsStr::new("--output=json"),
        ],
        &[],
        "",
    );
    let report = done.json();
    assert_eq!(report["name"], "powerdns");
    assert_eq!(report["version"], "0.1.0");
    assert_eq!(
        report["interfaces"],
        serde_json::json!(["maquette:dns/dns@0.1.0"])
    );
    assert_eq!(
        report["hosts"],
        serde_json::json!([{ "fromConfig": "/url" }])
    );
    assert_eq!(report["credentials"][0]["name"], "api-key");
    assert_eq!(
        report["credentials"][0]["placement"],
        serde_json::json!({ "type": "header", "name": "X-API-Key" })
    );
    assert_eq!(
        report["configSchema"]["required"],
        serde_json::json!(["url"])
    );
    assert_eq!(
        report["sizeBytes"],
        std::fs::metadata(plugin()).unwrap().len()
    );
    let imports: Vec<&str> = report["imports"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    for beyond in ["wasi:filesystem", "wasi:sockets"] {
        assert!(
            !imports.iter().any(|import| import.starts_with(beyond)),
            "{imports:?}"
        );
    }
}

#[test]
fn building_again_gives_the_same_file() {
    let first = std::fs::read(plugin()).unwrap();
    assert_eq!(
        build(&repository().join("plugins/powerdns"), &[]).code,
        Some(0)
    );
    assert!(std::fs::read(plugin()).unwrap() == first);
}

#[test]
fn a_crate_that_makes_no_component_is_told_what_to_add() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("src")).unwrap();
    std::fs::write(folder.path().join("src/lib.rs"), "").unwrap();
    let manifest =
        "[package]\nname = \"library\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";
    std::fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    let done = build(folder.path(), &[]);
    assert!(
        done.failed(1).contains("crate-type = [\\\"cdylib\\\"]"),
        "{done:?}"
    );
}

#[test]
fn a_folder_without_a_crate_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let done = build(folder.path(), &[]);
    assert!(done.failed(1).contains("has no Cargo.toml"), "{done:?}");
}

#[test]
fn a_toolchain_without_the_target_is_told_how_to_get_it() {
    let tools = tempfile::tempdir().unwrap();
    let rustc = tools.path().join("rustc");
    std::fs::write(
        &rustc,
        "#!/bin/sh\necho /nonexistent/rustlib/wasm32-wasip2/lib\n",
    )
    .unwrap();
    std::fs::set_permissions(&rustc, std::fs::Permissions::from_mode(0o755)).unwrap();
    let done = build(
        &repository().join("plugins/powerdns"),
        &[("PATH", tools.path().as_os_str())],
    );
    assert!(
        done.failed(1).contains("rustup target add wasm32-wasip2"),
        "{done:?}"
    );
}

#[test]
fn a_project_whose_sdk_is_not_released_yet_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let (repository, project) = (folder.path().join("maquette"), folder.path().join("mydns"));
    let git = |arguments: &[&str]| {
        let done = std::process::Command::new("git")
            .args(arguments)
            .current_dir(&repository)
            .output();
        let done = done.unwrap();
        assert!(done.status.success(), "{done:?}");
    };
    std::fs::create_dir(&repository).unwrap();
    git(&["init", "--quiet"]);
    let author = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
    git(&[
        &author[..],
        &[
            "commit",
            "--quiet",
            "--allow-empty",
            "--message",
            "before the release",
        ],
    ]
    .concat());
    let made = maquette(
        &[
            "plugin",
            "new",
            "mydns",
            "--interface",
            "dns",
            "--path",
            project.to_str().unwrap(),
        ],
        &[],
        "",
    );
    assert_eq!(made.code, Some(0), "{made:?}");
    // The repository without the tag, where everybody has it.
    let manifest = project.join("Cargo.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    let here = format!("file://{}", repository.display());
    let changed = text.replace("https://github.com/maquette-dev/maquette", &here);
    assert!(
        changed.contains(&format!("maquette-sdk = {{ git = \"{here}\"")),
        "{changed}"
    );
    std::fs::write(&manifest, changed).unwrap();
    let built = maquette(&["plugin", "build", project.to_str().unwrap()], &[], "");
    let told = built.failed(1);
    let tag = concat!("the tag v", env!("CARGO_PKG_VERSION"), " of file://");
    assert!(
        told.contains(tag) && told.contains("--sdk /path/to/maquette"),
        "{told}"
    );
}
