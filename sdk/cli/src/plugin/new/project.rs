//! The files of a new project. Pure.

use std::path::{Path, PathBuf};

use maquette_host::kinds::{interface as contract, is_draft};

use super::name::Name;
use super::templates::{Kit, Template, template};
use crate::command::Interface;

/// Repository of the SDK, whose tags are `v` and the version.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The plugin's type, as the templates call it.
const TYPE: &str = "ThePlugin";

/// Where the SDK comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sdk {
    /// The release of this command's version.
    Release,
    /// A folder.
    Checkout(PathBuf),
}

/// A project that is to be written.
pub(super) struct Project {
    /// Name of the interface.
    pub(super) interface: &'static str,
    test: Option<Kit>,
    /// Paths with `/`, and contents.
    pub(super) files: Vec<(&'static str, String)>,
}

impl Project {
    /// The project of a plugin of this name.
    pub(super) fn new(name: &Name, interface: Interface, sdk: &Sdk) -> Self {
        let template = template(interface);
        let sources: Vec<(&str, String)> = template
            .sources
            .iter()
            .map(|(path, text)| (*path, generic(text)))
            .collect();
        let all: String = sources.iter().map(|(_, text)| text.as_str()).collect();
        let type_name = name.type_name(&all);
        let mut files = vec![
            ("Cargo.toml", manifest(name, &template, sdk)),
            ("README.md", readme(name, &template)),
            (".gitignore", "/target\n".to_owned()),
        ];
        let named = sources
            .into_iter()
            .map(|(path, text)| (path, text.replace(TYPE, &type_name)));
        files.extend(named);
        Self {
            interface: template.interface,
            test: template.test,
            files,
        }
    }

    /// For people.
    pub(super) fn next_steps(&self, folder: &Path) -> String {
        let folder = folder.display();
        let test = self.test.map(|kit| kit.command("target/maquette/*.wasm"));
        let test = test.map_or(String::new(), |command| {
            format!("\n  {}", command.replace("\\\n", "\\\n  "))
        });
        format!(
            "{folder} is a plugin for `{}` now. Next:\n  cd {folder}\n  cargo test\n  maquette plugin build\n  maquette plugin check target/maquette/*.wasm{test}",
            self.interface
        )
    }
}

/// The example with the names of a template.
fn generic(text: &str) -> String {
    text.replace("MemoryZone", TYPE)
        .replace("\"memory-zone-rust\"", "env!(\"CARGO_PKG_NAME\")")
        .replace("(`../README.md`)", "(`README.md`)")
        .replace("`../README.md`", "`README.md`")
        .replace(
            "mod api;\nmod decide;\n",
            "mod api;\nmod decide;\n#[cfg(test)]\nmod tests;\n",
        )
}

fn manifest(name: &Name, template: &Template, sdk: &Sdk) -> String {
    let sdk = match sdk {
        Sdk::Release => format!("git = \"{REPOSITORY}\", tag = \"v{VERSION}\""),
        Sdk::Checkout(folder) => format!("path = {:?}", folder.display().to_string()),
    };
    let json = if template.needs_json {
        "serde_json = \"1\"\n"
    } else {
        ""
    };
    format!(
        "[package]\nname = \"{}\"\ndescription = \"{}\"\nversion = \"0.1.0\"\nedition = \"2024\"\nrust-version = \"1.95\"\npublish = false\n\n\
         [lib]\ncrate-type = [\"cdylib\"]\n\n\
         [dependencies]\nmaquette-sdk = {{ {sdk} }}\n\
         schemars = {{ version = \"1\", default-features = false, features = [\"derive\", \"std\"] }}\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\n{json}\n\
         # Small components: every installation downloads and compiles them.\n\
         [profile.release]\nopt-level = \"s\"\nlto = true\ncodegen-units = 1\nstrip = true\npanic = \"abort\"\n\n\
         # A project of its own, wherever its folder is.\n[workspace]\n",
        name.as_str(),
        template.summary,
    )
}

fn readme(name: &Name, template: &Template) -> String {
    let (name, interface) = (name.as_str(), template.interface);
    let (folder, note) = if contract(interface).is_some_and(is_draft) {
        (
            "draft/",
            " This interface is a draft:\nit may change with every release, and a plugin is then built again.",
        )
    } else {
        ("", "")
    };
    let test = template
        .test
        .map(|kit| kit.command(&format!("target/maquette/{name}.wasm")));
    let test = test.map_or(String::new(), |command| {
        format!("{command}  # every rule of the interface\n")
    });
    format!(
        "# {name}\n{}: a Maquette plugin that implements `{interface}`.\n\n\
         ```console\ncargo test                # with a host for tests, no network\nmaquette plugin build     # target/maquette/{name}.wasm\n\
         maquette plugin check target/maquette/{name}.wasm\n{test}\
         maquette plugin push target/maquette/{name}.wasm registry.example.com/team/{name}\n```\n\n\
         `src/lib.rs` says what the plugin asks for and does its work; the rules that it has to keep are those of\n\
         <{REPOSITORY}/blob/v{VERSION}/wit/{folder}{interface}/{interface}.wit>.{note}\n{}",
        template.summary, template.readme
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::ValueEnum as _;

    use super::{Project, Sdk};
    use crate::command::Interface;

    fn file<'a>(project: &'a Project, path: &str) -> &'a str {
        let found = project.files.iter().find(|(name, _)| *name == path);
        &found.unwrap().1
    }

    #[test]
    fn no_word_of_a_template_is_left() {
        for interface in Interface::value_variants() {
            let project = Project::new(&"my-zones".parse().unwrap(), *interface, &Sdk::Release);
            for (path, text) in &project.files {
                for word in ["ThePlugin", "MemoryZone", "memory-zone-rust", "../README"] {
                    assert!(!text.contains(word), "{interface:?} {path}: {word}");
                }
            }
            let source = file(&project, "src/lib.rs");
            assert!(source.contains("pub struct MyZones;"), "{interface:?}");
            assert!(source.contains("#[cfg(test)]\nmod tests;"), "{interface:?}");
        }
    }

    #[test]
    fn the_sdk_is_the_release_of_this_command_or_a_checkout() {
        let name = "mydns".parse().unwrap();
        let release = Project::new(&name, Interface::Dns, &Sdk::Release);
        assert!(file(&release, "Cargo.toml").contains(concat!(
            "maquette-sdk = { git = \"https://github.com/maquette-dev/maquette\", tag = \"v",
            env!("CARGO_PKG_VERSION"),
            "\" }"
        )));
        let checkout = Sdk::Checkout(Path::new("/src/maquette/sdk/rust").to_owned());
        let local = Project::new(&name, Interface::Dns, &checkout);
        let expected = "maquette-sdk = { path = \"/src/maquette/sdk/rust\" }";
        assert!(file(&local, "Cargo.toml").contains(expected));
    }
}
