//! Every module is in the image, or refused with its path.

use maquette_host::kinds::bundler::{ModuleType, Worker};

use super::bench::{
    A, API, BYTES, Bench, COMMON, JSON, LISTENER, PYTHON, SCRIPT, TEXT, WASM, asset, bare, holds,
    module, paths, worker,
};
use crate::suite::{Outcome, keep};

/// A worker with one more module.
fn with(name: &str, kind: ModuleType, content: &[u8]) -> Worker {
    let mut worker = bare("web");
    worker.modules.push(module(name, kind, content));
    worker
}

/// Of every worker, and its content whole.
pub(super) async fn every_module_is_in_a_layer(bench: &Bench) -> Outcome {
    let mut second = bare("api");
    second
        .modules
        .push(module("lib/c.js", ModuleType::EsModule, API));
    let content = bench.bundle(&[worker(), second]).await?;
    for token in [
        "new Response('kit')",
        "kit of lib/a.js",
        "kit of lib/b.js",
        "kit of api",
    ] {
        keep!(
            holds(&content, token.as_bytes()),
            "the module with `{token}` is in none of the files {:?}",
            paths(&content)
        );
    }
    Ok(())
}

/// Text, JSON, bytes and WebAssembly are there as they were; what is not bundled is said.
pub(super) async fn every_kind_of_module_is_bundled_or_refused_with_its_path(
    bench: &Bench,
) -> Outcome {
    for (name, kind, octets) in [
        ("a.js", ModuleType::EsModule, SCRIPT),
        ("a.cjs", ModuleType::CommonJs, COMMON),
        ("a.py", ModuleType::Python, PYTHON),
        ("listener.js", ModuleType::ServiceWorker, LISTENER),
        ("a.txt", ModuleType::Text, TEXT),
        ("a.json", ModuleType::Json, JSON),
        ("a.bin", ModuleType::Data, BYTES),
        ("a.wasm", ModuleType::Wasm, WASM),
        ("a.kit", ModuleType::Other("text/x-kit".to_owned()), TEXT),
    ] {
        let script = matches!(
            kind,
            ModuleType::EsModule
                | ModuleType::CommonJs
                | ModuleType::Python
                | ModuleType::ServiceWorker
        );
        let workers = [with(name, kind, octets)];
        let path = "workers[0].modules[1]";
        if let Some(content) = bench.bundle_with(&workers, path).await? {
            keep!(
                script || holds(&content, octets),
                "the content of `{name}` is in none of the files {:?}",
                paths(&content)
            );
        }
    }
    Ok(())
}

/// Nothing could start.
pub(super) async fn a_main_module_that_is_not_there_is_refused_with_its_path(
    bench: &Bench,
) -> Outcome {
    let second = Worker {
        main_module: Some("missing.js".to_owned()),
        ..bare("api")
    };
    bench
        .refused(&[bare("web"), second], "workers[1].main-module")
        .await
}

/// It may be a name of a file nowhere, and otherwise is refused.
pub(super) async fn a_module_with_a_name_that_leads_elsewhere_is_kept_inside_or_refused(
    bench: &Bench,
) -> Outcome {
    for name in [
        "../outside.js",
        "a/../../outside.js",
        "/etc/outside.js",
        "./x.js",
        "",
    ] {
        let workers = [with(name, ModuleType::EsModule, A)];
        // The host takes no path that leads elsewhere.
        bench.bundle_with(&workers, "workers[0].modules[1]").await?;
    }
    Ok(())
}

/// Only one of them could be imported.
pub(super) async fn two_modules_of_one_name_are_refused_with_their_path(bench: &Bench) -> Outcome {
    let twice = with("index.js", ModuleType::EsModule, A);
    bench.refused(&[twice], "workers[0].modules[1]").await
}

/// Nothing starts, and what it serves is there.
pub(super) async fn a_worker_of_assets_alone_is_bundled_or_refused_with_its_path(
    bench: &Bench,
) -> Outcome {
    let served = Worker {
        modules: Vec::new(),
        main_module: None,
        assets: vec![asset("/index.html", TEXT)],
        ..bare("web")
    };
    if let Some(image) = bench.bundle_with(&[served], "workers[0]").await? {
        keep!(
            holds(&image, TEXT),
            "the asset is in none of the files {:?}",
            paths(&image)
        );
    }
    Ok(())
}

/// Only one of them could be served.
pub(super) async fn two_assets_of_one_path_are_refused_with_their_path(bench: &Bench) -> Outcome {
    let with = |contents: &[&[u8]]| Worker {
        assets: contents
            .iter()
            .map(|content| asset("/index.html", content))
            .collect(),
        ..bare("web")
    };
    let one = bench
        .bundle_with(&[with(&[TEXT])], "workers[0].assets")
        .await?;
    match one {
        None => Ok(()),
        Some(_) => {
            bench
                .refused(&[with(&[TEXT, JSON])], "workers[0].assets[1]")
                .await
        }
    }
}
