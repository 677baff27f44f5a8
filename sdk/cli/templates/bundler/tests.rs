use std::collections::BTreeMap;

use maquette_sdk::bundler::{Binding, Blob, Image, Module, ModuleType, Target, Value, Worker};
use maquette_sdk::mock::Mock;
use maquette_sdk::{Bundler as _, Error, Result};

use crate::{Config, ThePlugin, base, port};

fn module(name: &str) -> Module {
    Module {
        name: name.to_owned(),
        kind: ModuleType::EsModule,
        content: Blob {
            digest: "sha256:00".to_owned(),
            size: 17,
        },
    }
}

fn worker() -> Worker {
    let binding = |name: &str, text| Binding {
        name: name.to_owned(),
        target: Target::Text(text),
    };
    Worker {
        bindings: vec![
            binding("GREETING", Value::Text("hello".to_owned())),
            binding("KEY", Value::Environment("WEB_KEY".to_owned())),
        ],
        ..Worker::new(
            "web",
            vec![module("index.js"), module("lib/a.js")],
            "index.js",
        )
    }
}

fn bundle(workers: &[Worker]) -> Result<Image> {
    let config = Config {
        base: base(),
        port: port(),
    };
    ThePlugin.bundle(&Mock::new().context(config), workers, &BTreeMap::new())
}

#[test]
fn the_order_of_the_arguments_changes_nothing() {
    let mut other = worker();
    other.modules.reverse();
    other.bindings.reverse();
    assert_eq!(bundle(&[other]), bundle(&[worker()]));
}

#[test]
fn a_secret_is_named_and_in_no_layer() {
    let content = bundle(&[worker()]).unwrap();
    assert_eq!(content.environment, ["WEB_KEY"]);
    let paths = content.layers[0].iter().map(|file| file.path.as_str());
    let expected = [
        "bindings/web.json",
        "workers/web/index.js",
        "workers/web/lib/a.js",
    ];
    assert_eq!(paths.collect::<Vec<_>>(), expected);
}

#[test]
fn a_module_that_leaves_its_folder_is_refused_with_its_path() {
    let mut wrong = worker();
    wrong.modules.push(module("../outside.js"));
    let refused = bundle(&[wrong]);
    assert!(
        matches!(&refused, Err(Error::Invalid(field)) if field.path == "workers[0].modules[2].name"),
        "{refused:?}"
    );
}

#[test]
fn what_two_have_one_name_for_is_refused_with_the_path_of_the_second() {
    let path = |workers: &[Worker]| match bundle(workers) {
        Err(Error::Invalid(field)) => field.path,
        other => panic!("{other:?}"),
    };
    assert_eq!(path(&[worker(), worker()]), "workers[1].name");
    let mut twice = worker();
    twice.bindings.push(twice.bindings[0].clone());
    assert_eq!(path(&[twice]), "workers[0].bindings[2].name");
}
