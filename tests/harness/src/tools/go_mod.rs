//! Reads a version from a `go.mod` (<https://go.dev/ref/mod#go-mod-file-require>).

/// The version of `module` in a `require` directive, without its leading `v`.
pub(super) fn required(go_mod: &str, module: &str) -> Option<String> {
    let mut in_require = false;
    for line in go_mod.lines().map(str::trim) {
        let rest = match line.strip_prefix("require") {
            Some(rest) if rest.trim() == "(" => {
                in_require = true;
                continue;
            }
            Some(rest) if rest.starts_with([' ', '\t']) => rest,
            _ if in_require => line,
            _ => continue,
        };
        if line == ")" {
            in_require = false;
            continue;
        }
        let mut words = rest.split_whitespace();
        if words.next() == Some(module) {
            return words
                .next()
                .map(|version| version.trim_start_matches('v').to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::required;

    const GO_MOD: &str = "module example.test/tools\n\ngo 1.24.0\n\nrequire k8s.io/kubernetes v1.34.1\n\nrequire (\n\tcel.dev/expr v0.24.0 // indirect\n\tgo.etcd.io/etcd/server/v3 v3.6.5 // indirect\n)\n\nreplace (\n\tk8s.io/api => k8s.io/api v0.34.1\n)\n";

    #[test]
    fn a_version_is_found_on_a_line_and_in_a_block() {
        assert_eq!(
            required(GO_MOD, "k8s.io/kubernetes").as_deref(),
            Some("1.34.1")
        );
        assert_eq!(
            required(GO_MOD, "go.etcd.io/etcd/server/v3").as_deref(),
            Some("3.6.5")
        );
    }

    #[test]
    fn a_replaced_or_unknown_module_and_a_prefix_of_a_name_have_no_version() {
        for module in [
            "k8s.io/api",
            "example.test/other",
            "k8s.io",
            "go.etcd.io/etcd/server",
        ] {
            assert_eq!(required(GO_MOD, module), None, "{module}");
        }
    }

    #[test]
    fn every_family_pins_the_module_it_is_named_after() {
        for tool in super::super::Tool::ALL {
            let version = tool.version().unwrap();
            assert!(
                version.starts_with(|first: char| first.is_ascii_digit()),
                "{tool:?}: {version}"
            );
        }
    }
}
