//! Every module is in the image, or refused with its path.

use maquette_host::kinds::bundler::{ModuleType, Worker};

use super::bench::{Bench, bare, holds, module, paths, worker};
use crate::suite::{Outcome, keep};

/// The smallest core module (WebAssembly core specification, section 5.5.15).
const WASM: &[u8] = b"\0asm\x01\0\0\0";

/// A worker with one more module.
fn with(name: &str, kind: ModuleType, content: &[u8]) -> Worker {
    let mut worker = bare("web");
    worker.modules.push(module(name, kind, content));
    worker
}

/// Of every worker, and its content whole.
pub(super) async fn every_module_is_in_a_layer(bench: &Bench) -> Outcome {
    let mut second = bare("api");
    second.modules.push(module(
        "lib/c.js",
        ModuleType::EsModule,
        b"export const name = 'kit of api';\n",
    ));
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
        (
            "a.js",
            ModuleType::EsModule,
            &b"export const kit = 1;\n"[..],
        ),
        ("a.cjs", ModuleType::CommonJs, b"module.exports = 'kit';\n"),
        ("a.txt", ModuleType::Text, b"kit, and \xc3\xbc\r\n"),
        ("a.json", ModuleType::Json, b"{\"kit\":1}"),
        ("a.bin", ModuleType::Data, b"\0kit\xff\xfe"),
        ("a.wasm", ModuleType::Wasm, WASM),
    ] {
        let workers = [with(name, kind, octets)];
        let path = "workers[0].modules[1]";
        if let Some(content) = bench.bundle_with(&workers, path).await? {
            let script = matches!(kind, ModuleType::EsModule | ModuleType::CommonJs);
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
        main_module: "missing.js".to_owned(),
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
        let workers = [with(name, ModuleType::EsModule, b"export const kit = 2;\n")];
        // The host takes no path that leads elsewhere.
        bench.bundle_with(&workers, "workers[0].modules[1]").await?;
    }
    Ok(())
}

/// Only one of them could be imported.
pub(super) async fn two_modules_of_one_name_are_refused_with_their_path(bench: &Bench) -> Outcome {
    let twice = with("index.js", ModuleType::EsModule, b"export const kit = 3;\n");
    bench.refused(&[twice], "workers[0].modules[1]").await
}

/// Whoever imports it finds out no sooner than when it runs.
pub(super) async fn a_module_of_json_that_is_none_is_refused_with_its_path(
    bench: &Bench,
) -> Outcome {
    let wrong = with("a.json", ModuleType::Json, b"{\"kit\":");
    match bench
        .bundle_with(std::slice::from_ref(&wrong), "workers[0].modules[1]")
        .await?
    {
        None => Ok(()),
        Some(_) => bench.refused(&[wrong], "workers[0].modules[1]").await,
    }
}
