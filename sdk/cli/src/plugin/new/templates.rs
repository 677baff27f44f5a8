//! What differs between the projects of the interfaces: their sources, and how the conformance kit is run against them.

use crate::command::Interface;

/// How the kit is run against a new plugin.
#[derive(Clone, Copy)]
pub(super) struct Kit {
    /// Before the command.
    environment: &'static str,
    options: &'static str,
}

impl Kit {
    /// The command for this file.
    pub(super) fn command(self, file: &str) -> String {
        let command = format!(
            "{}maquette plugin test {file} {}",
            self.environment, self.options
        );
        command.trim_end().to_owned()
    }
}

/// What differs between interfaces.
pub(super) struct Template {
    pub(super) interface: &'static str,
    /// One line that says what the plugin is for.
    pub(super) summary: &'static str,
    pub(super) needs_json: bool,
    /// What `maquette plugin test` needs for it; nothing where the kit needs a server that only the author has.
    pub(super) test: Option<Kit>,
    pub(super) sources: &'static [(&'static str, &'static str)],
    /// What the README adds.
    pub(super) readme: &'static str,
}

macro_rules! template {
    ($interface:literal, $summary:literal $(, $more:literal)?) => {
        Template {
            interface: $interface,
            summary: $summary,
            needs_json: true,
            test: None,
            sources: &[
                (
                    "src/lib.rs",
                    include_str!(concat!("../../../templates/", $interface, "/lib.rs")),
                ),
                (
                    "src/tests.rs",
                    include_str!(concat!("../../../templates/", $interface, "/tests.rs")),
                ),
                $((
                    $more,
                    include_str!(concat!("../../../templates/", $interface, "/", $more)),
                ),)?
            ],
            readme: "",
        }
    };
}

/// The plugin for `dns` is the documentation's example in Rust, which the conformance kit is run against.
const DNS: Template = Template {
    interface: "dns",
    summary: "Keeps record sets in a server of zones in memory",
    needs_json: false,
    test: Some(Kit {
        environment: "",
        options: "--memory",
    }),
    sources: &[
        (
            "src/lib.rs",
            include_str!("../../../../../examples/plugins/dns-rust/src/lib.rs"),
        ),
        (
            "src/api.rs",
            include_str!("../../../../../examples/plugins/dns-rust/src/api.rs"),
        ),
        (
            "src/decide.rs",
            include_str!("../../../../../examples/plugins/dns-rust/src/decide.rs"),
        ),
        (
            "src/tests.rs",
            include_str!("../../../templates/dns/tests.rs"),
        ),
    ],
    readme: include_str!("../../../templates/dns/server.md"),
};

/// The plugin for `source` speaks to what the kit's forge in memory speaks, too.
const SOURCE: Template = Template {
    test: Some(Kit {
        environment: "",
        options: "--memory",
    }),
    sources: &[
        (
            "src/lib.rs",
            include_str!("../../../templates/source/lib.rs"),
        ),
        (
            "src/api.rs",
            include_str!("../../../templates/source/api.rs"),
        ),
        (
            "src/changes.rs",
            include_str!("../../../templates/source/changes.rs"),
        ),
        (
            "src/said.rs",
            include_str!("../../../templates/source/said.rs"),
        ),
        (
            "src/tests.rs",
            include_str!("../../../templates/source/tests.rs"),
        ),
    ],
    ..template!("source", "Reads changes at a git forge")
};

/// The plugin for `bundler` is pure, so the kit needs nothing for it.
const BUNDLER: Template = Template {
    test: Some(Kit {
        environment: "",
        options: "",
    }),
    sources: &[
        (
            "src/lib.rs",
            include_str!("../../../templates/bundler/lib.rs"),
        ),
        (
            "src/check.rs",
            include_str!("../../../templates/bundler/check.rs"),
        ),
        (
            "src/tests.rs",
            include_str!("../../../templates/bundler/tests.rs"),
        ),
    ],
    ..template!("bundler", "Bundles workers for Node.js")
};

/// The template of an interface.
pub(super) fn template(interface: Interface) -> Template {
    match interface {
        Interface::Dns => DNS,
        Interface::Tunnel => Template {
            test: Some(Kit {
                environment: "TOKEN=any ",
                options: "--credential token=env:TOKEN --config \\\n  '{\"relay\": \"relay.example.com:7000\", \"edge\": \"edge.example.com\", \"image\": \"registry.example.com/connector:1\"}'",
            }),
            ..template!("tunnel", "Tunnels through a relay")
        },
        Interface::Registry => Template {
            needs_json: false,
            ..template!("registry", "Reads a registry of images")
        },
        Interface::Source => SOURCE,
        Interface::Builder => Template {
            test: Some(Kit {
                environment: "",
                options: "--builds builds.json",
            }),
            ..template!("builder", "Builds images with BuildKit", "builds.json")
        },
        Interface::Bundler => BUNDLER,
        Interface::Delivery => Template {
            test: Some(Kit {
                environment: "",
                options: "--engine engine.json",
            }),
            ..template!(
                "delivery",
                "Delivers applications with Argo CD",
                "engine.json"
            )
        },
    }
}
