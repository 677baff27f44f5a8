//! Components written as text: for what no compiler would make of a program.

use std::{fmt::Write as _, path::Path};

use wasmparser::{ExternalKind, Parser, Payload, TypeRef};
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve};

use crate::common::guest;

const WORLD: &str = "dns-plugin";
/// Gives room from 64 KiB on and takes nothing back.
const REALLOC: &str = "(local $at i32) (local.set $at (global.get $next))
    (global.set $next (i32.and (i32.add (i32.add (local.get $at) (local.get 3)) (i32.const 15)) (i32.const -16)))
    (local.get $at)";

/// A plugin with every export of its world: none does anything but trap, besides those that are given a body.
pub(crate) struct Component {
    fields: String,
    bodies: Vec<(String, String)>,
}

impl Component {
    /// With these fields besides in its core module.
    pub(crate) fn with(fields: &str) -> Self {
        let fields = fields.to_owned();
        let bodies = vec![
            ("cabi_realloc".to_owned(), REALLOC.to_owned()),
            ("_initialize".to_owned(), String::new()),
        ];
        Self { fields, bodies }
    }

    /// The body of every exported function whose name contains this. The last that fits counts.
    pub(crate) fn body(mut self, name: &str, body: &str) -> Self {
        self.bodies.push((name.to_owned(), body.to_owned()));
        self
    }

    /// The component for the contract in this folder, with the manifest of the guest.
    pub(crate) fn build(&self, wit: &Path) -> Vec<u8> {
        let mut resolve = Resolve::default();
        resolve.push_dir(wit.join("plugin")).unwrap();
        let (package, _) = resolve.push_dir(wit.join("dns")).unwrap();
        let world = resolve.select_world(&[package], Some(WORLD)).unwrap();
        let mangling = ManglingAndAbi::Legacy(LiftLowerAbi::Sync);
        let dummy = dummy_module(&resolve, world, mangling);
        let mut module = wat::parse_str(self.module(&dummy)).unwrap();
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
        let component = ComponentEncoder::default()
            .module(&module)
            .unwrap()
            .encode()
            .unwrap();
        let inspection = maquette_host::inspect(&guest::plugin()).unwrap();
        let manifest = serde_json::to_vec(&inspection.manifest.unwrap()).unwrap();
        guest::with_section(&component, &manifest)
    }

    fn module(&self, dummy: &[u8]) -> String {
        let mut text =
            "(module (memory (export \"memory\") 2)\n(global $next (mut i32) (i32.const 65536))\n"
                .to_owned();
        for (name, signature) in exports(dummy) {
            let body = self
                .bodies
                .iter()
                .rev()
                .find(|(part, _)| name.contains(part.as_str()));
            let body = body.map_or("unreachable", |(_, body)| body);
            writeln!(text, "(func (export \"{name}\") {signature} {body})").unwrap();
        }
        text + &self.fields + ")"
    }
}

/// Names and signatures of the functions that a module exports.
fn exports(module: &[u8]) -> Vec<(String, String)> {
    let (mut types, mut functions, mut found) = (Vec::new(), Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(module) {
        match payload.unwrap() {
            Payload::TypeSection(section) => {
                for kind in section.into_iter_err_on_gc_types() {
                    types.push(kind.unwrap());
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    if let TypeRef::Func(index) = import.unwrap().ty {
                        functions.push(index);
                    }
                }
            }
            Payload::FunctionSection(section) => {
                functions.extend(section.into_iter().map(Result::unwrap));
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export.unwrap();
                    if export.kind == ExternalKind::Func {
                        found.push((export.name.to_owned(), export.index));
                    }
                }
            }
            _ => {}
        }
    }
    found
        .into_iter()
        .map(|(name, index)| {
            let kind = &types[functions[index as usize] as usize];
            let list = |word: &str, values: &[wasmparser::ValType]| {
                let texts = values.iter().map(|value| format!("({word} {value})"));
                texts.collect::<Vec<_>>().concat()
            };
            let signature = list("param", kind.params()) + &list("result", kind.results());
            (name, signature)
        })
        .collect()
}
