//! Components that are small to pull and large to compile, and bytes that are no components at all.

use std::{fmt::Write as _, time::Duration};

use maquette_host::{CompileCaps, Host, InspectError, InstallError, Settings};

use crate::{
    common::{guest, shelf::Shelf},
    stage::{attack, begins, compiler},
    text::Component,
};

const GROUP: &str = "compilation";

/// Installs with these caps. Gives the error, and what a second attempt says.
async fn refused(compile: CompileCaps, plugin: Vec<u8>) -> (InstallError, InstallError) {
    let cache = tempfile::tempdir().unwrap();
    let host = Host::new(Settings {
        compile,
        compiler: compiler(),
        ..Settings::new(cache.path())
    })
    .unwrap();
    let shelf = Shelf::with(plugin).await;
    let wanted = shelf.wanted("1.2.3");
    begins();
    let first = host.install(&wanted).await.unwrap_err();
    (first, host.install(&wanted).await.unwrap_err())
}

/// One function of so many operations on so many values that live all the time.
fn giant(values: u32, operations: u32) -> Component {
    let mut body = "(func $bomb".to_owned();
    for value in 0..values {
        write!(body, " (local $v{value} i64)").unwrap();
    }
    for operation in 0..operations {
        let (to, one, other) = (
            operation.wrapping_mul(7919) % values,
            operation.wrapping_mul(104_729) % values,
            operation.wrapping_mul(15_485_863) % values,
        );
        write!(
            body,
            "(if (i64.eqz (local.get $v{one})) (then (local.set $v{to} (i64.add (local.get $v{one}) (i64.mul (local.get $v{other}) (i64.const {operation}))))))"
        )
        .unwrap();
    }
    Component::with(&(body + ")"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_that_takes_for_ever_to_compile_is_ended_and_not_tried_again() {
    let bomb = giant(2_000, 60_000);
    attack(
        GROUP,
        "a function that takes long to compile",
        async |stage| {
            let caps = CompileCaps {
                timeout: Duration::from_secs(1),
                ..CompileCaps::default()
            };
            let (error, again) = refused(caps, bomb.build(&stage.version.wit)).await;
            assert!(matches!(error, InstallError::CompileTimeout(_)), "{error}");
            assert!(matches!(again, InstallError::CompileTimeout(_)), "{again}");
            format!("CompileTimeout: {error}")
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_that_computes_for_ever_in_the_compiler_is_ended_by_its_processor_time() {
    let bomb = giant(2_000, 60_000);
    attack(
        GROUP,
        "a function that takes much processor time to compile",
        async |stage| {
            let caps = CompileCaps {
                cpu_time: Duration::from_secs(1),
                timeout: Duration::from_mins(2),
                ..CompileCaps::default()
            };
            let (error, _) = refused(caps, bomb.build(&stage.version.wit)).await;
            assert!(matches!(error, InstallError::CompileTimeout(_)), "{error}");
            format!("CompileTimeout: {error}")
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_that_fills_the_compilers_memory_is_ended() {
    let bomb = giant(2_000, 60_000);
    attack(
        GROUP,
        "a function that takes much memory to compile",
        async |stage| {
            let caps = CompileCaps {
                memory_bytes: 64 << 20,
                ..CompileCaps::default()
            };
            let (error, again) = refused(caps, bomb.build(&stage.version.wit)).await;
            assert!(matches!(error, InstallError::CompileMemory(_)), "{error}");
            assert!(matches!(again, InstallError::CompileMemory(_)), "{again}");
            format!("CompileMemory: {error}")
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn machine_code_that_is_too_large_is_not_taken() {
    attack(GROUP, "machine code without end", async |_stage| {
        let caps = CompileCaps {
            code_bytes: 64 << 10,
            ..CompileCaps::default()
        };
        let (error, _) = refused(caps, guest::plugin()).await;
        assert!(matches!(error, InstallError::CodeSize(_)), "{error}");
        format!("CodeSize: {error}")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_module_that_wants_more_tables_than_a_plugin_has_is_refused_before_it_runs() {
    let tables = "(table 1 funcref)".repeat(40);
    attack(GROUP, "40 tables", async |stage| {
        let plugin = Component::with(&tables).build(&stage.version.wit);
        let (error, _) = refused(CompileCaps::default(), plugin).await;
        assert!(matches!(error, InstallError::Compile(_)), "{error}");
        format!("Compile: {error}")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_compiler_that_dies_is_told_and_harms_nobody() {
    attack(GROUP, "a compiler that is killed", async |_stage| {
        let cache = tempfile::tempdir().unwrap();
        let host = Host::new(Settings {
            compiler: maquette_host::Compiler::Process {
                program: "/bin/sh".into(),
                arguments: ["-c", "kill -SEGV $$"].map(Into::into).into(),
            },
            ..Settings::new(cache.path())
        })
        .unwrap();
        let shelf = Shelf::with(guest::plugin()).await;
        let error = host.install(&shelf.wanted("1.2.3")).await.unwrap_err();
        assert!(matches!(error, InstallError::CompilerDied(_)), "{error}");
        format!("CompilerDied: {error}")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_that_wants_more_than_plugins_have() {
    attack(
        GROUP,
        "imports of files, sockets and processes",
        async |_stage| {
            let mut stopped = String::new();
            for import in [
                "wasi:filesystem/types@0.2.0",
                "wasi:sockets/tcp@0.2.0",
                "wasi:sockets/ip-name-lookup@0.2.0",
                "vendor:host/process@1.0.0",
            ] {
                let text = format!("(component (import \"{import}\" (instance)))");
                let wasm = wat::parse_str(text).unwrap();
                let (error, _) = refused(CompileCaps::default(), wasm).await;
                let inspected = matches!(
                    &error,
                    InstallError::Inspect(InspectError::ImportRefused(name)) if name == import
                );
                assert!(inspected, "{error}");
                stopped = error.to_string();
            }
            stopped
        },
    )
    .await;
}
