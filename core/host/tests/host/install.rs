//! Installing: what is kept, what is not trusted on the way back, and what needs no registry.

use std::{fs, path::Path, time::Duration};

use maquette_host::{CompileCaps, Digest, Host, InspectError, InstallError, Settings};

use crate::support::{
    guest::{COMPONENT, plugin},
    server::Reply,
    shelf::Shelf,
};

fn host_at(cache: &Path) -> Host {
    Host::new(Settings::new(cache)).unwrap()
}

#[tokio::test]
async fn a_plugin_is_installed_from_a_tag_and_then_costs_one_request() {
    let cache = tempfile::tempdir().unwrap();
    let shelf = Shelf::with(plugin()).await;
    let host = host_at(cache.path());
    let installed = host.install(&shelf.wanted("1.2.3")).await.unwrap();
    assert_eq!(installed.digest, shelf.digest());
    assert_eq!(
        (installed.version.as_str(), installed.remembered),
        ("1.2.3", false)
    );
    assert_eq!(installed.interfaces, ["maquette:dns/dns@0.1.0"]);
    assert_eq!(installed.size_bytes, plugin().len() as u64);
    assert_eq!(installed.manifest.name, "guest");
    assert_eq!(shelf.paths().len(), 3);
    assert_eq!(
        host.install(&shelf.wanted("1.2.3")).await.unwrap(),
        installed
    );
    assert_eq!(shelf.paths().len(), 4);
}

#[tokio::test]
async fn after_a_restart_with_the_registry_down_everything_comes_from_the_cache() {
    let cache = tempfile::tempdir().unwrap();
    let (by_tag, by_digest) = {
        let shelf = Shelf::with(plugin()).await;
        host_at(cache.path())
            .install(&shelf.wanted("1.2.3"))
            .await
            .unwrap();
        (
            shelf.wanted("1.2.3"),
            shelf.wanted(&shelf.digest().to_string()),
        )
    };
    let host = host_at(cache.path());
    let installed = host.install(&by_tag).await.unwrap();
    assert_eq!(
        (installed.version.as_str(), installed.remembered),
        ("1.2.3", true)
    );
    let installed = host_at(cache.path()).install(&by_digest).await.unwrap();
    assert!(!installed.remembered);
    // What was never installed is still an error.
    let other = maquette_host::Wanted {
        version: "2.0.0".parse().unwrap(),
        ..by_tag
    };
    let error = host.install(&other).await.unwrap_err();
    assert!(error.to_string().contains("cannot be reached"), "{error}");
}

#[tokio::test]
async fn a_registry_that_says_no_is_not_answered_from_the_cache() {
    let cache = tempfile::tempdir().unwrap();
    let shelf = Shelf::with(plugin()).await;
    let host = host_at(cache.path());
    host.install(&shelf.wanted("1.2.3")).await.unwrap();
    shelf.set(
        "/v2/team/plugin/manifests/1.2.3",
        Reply::new(
            403,
            &[],
            r#"{"errors":[{"code":"DENIED","message":"go away"}]}"#,
        ),
    );
    let error = host.install(&shelf.wanted("1.2.3")).await.unwrap_err();
    assert!(error.to_string().contains("go away"), "{error}");
}

#[tokio::test]
async fn a_damaged_cache_is_repaired_from_the_registry() {
    let cache = tempfile::tempdir().unwrap();
    let shelf = Shelf::with(plugin()).await;
    host_at(cache.path())
        .install(&shelf.wanted("1.2.3"))
        .await
        .unwrap();
    let file = cache
        .path()
        .join("sha256")
        .join(Digest::of(&plugin()).hex());
    fs::write(&file, b"\0asm something else").unwrap();
    host_at(cache.path())
        .install(&shelf.wanted("1.2.3"))
        .await
        .unwrap();
    assert_eq!(fs::read(&file).unwrap(), plugin());
}

#[tokio::test]
async fn compiled_code_is_used_again_and_never_when_somebody_changed_it() {
    let cache = tempfile::tempdir().unwrap();
    let shelf = Shelf::with(plugin()).await;
    host_at(cache.path())
        .install(&shelf.wanted("1.2.3"))
        .await
        .unwrap();
    let file = cache.path().join("code").join(Digest::of(&plugin()).hex());
    let written = fs::metadata(&file).unwrap().modified().unwrap();

    let (lines, _guard) = crate::support::captured_log();
    host_at(cache.path())
        .install(&shelf.wanted("1.2.3"))
        .await
        .unwrap();
    assert_eq!(
        fs::metadata(&file).unwrap().modified().unwrap(),
        written,
        "it was compiled again"
    );

    let mut code = fs::read(&file).unwrap();
    let original = code.clone();
    let middle = code.len() / 2;
    code[middle] ^= 1;
    fs::write(&file, &code).unwrap();
    drop(lines);
    host_at(cache.path())
        .install(&shelf.wanted("1.2.3"))
        .await
        .unwrap();
    let repaired = fs::read(&file).unwrap();
    assert_ne!(repaired, code, "the changed code was used");
    assert_eq!(repaired.len(), original.len());
}

#[tokio::test]
async fn code_that_another_machine_compiled_is_not_used() {
    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let shelf = Shelf::with(plugin()).await;
    let name = Digest::of(&plugin());
    for cache in [&ours, &theirs] {
        host_at(cache.path())
            .install(&shelf.wanted("1.2.3"))
            .await
            .unwrap();
    }
    let file = |cache: &tempfile::TempDir| cache.path().join("code").join(name.hex());
    fs::copy(file(&theirs), file(&ours)).unwrap();
    host_at(ours.path())
        .install(&shelf.wanted("1.2.3"))
        .await
        .unwrap();
    assert_ne!(
        fs::read(file(&ours)).unwrap(),
        fs::read(file(&theirs)).unwrap()
    );
}

#[cfg(unix)]
#[tokio::test]
async fn the_key_of_the_code_cache_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let cache = tempfile::tempdir().unwrap();
    host_at(cache.path());
    let key = fs::metadata(cache.path().join("code/key")).unwrap();
    assert_eq!((key.permissions().mode() & 0o777, key.len()), (0o600, 32));
}

#[tokio::test]
async fn what_is_pulled_but_is_no_plugin_is_refused_with_its_reason() {
    let cache = tempfile::tempdir().unwrap();
    let host = host_at(cache.path());
    let refused = |component: Vec<u8>| {
        let host = host.clone();
        async move {
            host.install(&Shelf::with(component).await.wanted("1.2.3"))
                .await
                .unwrap_err()
        }
    };
    assert!(matches!(
        refused(b"not wasm".into()).await,
        InstallError::Inspect(InspectError::NotWasm)
    ));
    assert!(matches!(
        refused(COMPONENT.clone()).await,
        InstallError::Inspect(InspectError::ManifestMissing)
    ));
    let other_world = wat::parse_str("(component)").unwrap();
    assert!(matches!(
        refused(other_world).await,
        InstallError::Inspect(InspectError::WrongWorld { .. })
    ));
    let module = wat::parse_str("(module)").unwrap();
    assert!(matches!(
        refused(module).await,
        InstallError::Inspect(InspectError::NotAComponent)
    ));
    // An export of the right name with the wrong shape.
    let shape = wat::parse_str(
        r#"(component (instance $i)
            (export "maquette:plugin/manifest@0.1.0" (instance $i))
            (export "maquette:dns/dns@0.1.0" (instance $i)))"#,
    );
    let manifest =
        serde_json::to_vec(&maquette_host::inspect(&plugin()).unwrap().manifest).unwrap();
    let shape = crate::support::guest::with_section(&shape.unwrap(), &manifest);
    let error = refused(shape).await;
    assert!(matches!(error, InstallError::Compile(_)), "{error}");
}

#[tokio::test]
async fn a_compilation_that_takes_too_long_is_given_up_and_not_tried_again() {
    let cache = tempfile::tempdir().unwrap();
    let settings = Settings {
        compile: CompileCaps {
            timeout: Duration::from_nanos(1),
            ..CompileCaps::default()
        },
        ..Settings::new(cache.path())
    };
    let host = Host::new(settings).unwrap();
    let shelf = Shelf::with(plugin()).await;
    for _ in 0..2 {
        let error = host.install(&shelf.wanted("1.2.3")).await.unwrap_err();
        assert!(matches!(error, InstallError::CompileTimeout(_)), "{error}");
    }
}

#[test]
fn a_cache_folder_that_cannot_be_made_is_reported_with_its_path() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = Host::new(Settings::new(file.path())).err().unwrap();
    assert!(
        error
            .to_string()
            .contains(&file.path().display().to_string()),
        "{error}"
    );
}
