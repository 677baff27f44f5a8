//! What the chart renders, without a cluster.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::ResourceExt;

use super::helm::{chart, lint, template};

fn all_values() -> String {
    chart()
        .join("ci/all-values.yaml")
        .to_string_lossy()
        .into_owned()
}

#[test]
fn the_chart_passes_the_strict_lint_with_its_defaults_and_with_every_part() {
    lint(&[]).unwrap();
    lint(&["--values", &all_values()]).unwrap();
}

#[test]
fn the_defaults_render_as_recorded() {
    insta::assert_snapshot!(
        template(&["--namespace", "ns", "--set", "crds.install=false"]).unwrap()
    );
}

#[test]
fn without_leader_election_the_former_pod_ends_before_the_next_one_starts() {
    let strategy = |election: &str| {
        let set = format!("leaderElection.enabled={election}");
        let rendered = template(&["--show-only", "templates/deployment.yaml", "--set", &set]);
        rendered.unwrap().contains("type: Recreate")
    };
    assert!(strategy("false"), "two operators at each upgrade");
    assert!(!strategy("true"), "a gap at each upgrade");
}

#[test]
fn every_optional_part_renders_as_recorded() {
    let arguments = [
        "--namespace",
        "ns",
        "--set",
        "crds.install=false",
        "--api-versions",
        "maquette.dev/v1alpha1/Provider",
    ];
    insta::assert_snapshot!(
        template(&[&arguments[..], &["--values", &all_values()]].concat()).unwrap()
    );
}

#[test]
fn definitions_are_installed_as_generated_and_kept_only_when_asked() {
    let mut generated = maquette_api::crds();
    generated.sort_by(|a, b| a.metadata.name.cmp(&b.metadata.name));
    for (keep, policy) in [("true", Some("keep")), ("false", None)] {
        let rendered = definitions(keep);
        let names = |all: &[CustomResourceDefinition]| -> Vec<String> {
            all.iter().map(ResourceExt::name_any).collect()
        };
        assert_eq!(names(&rendered), names(&generated));
        for (rendered, generated) in rendered.iter().zip(&generated) {
            assert_eq!(rendered.spec, generated.spec);
            assert_eq!(
                rendered
                    .annotations()
                    .get("helm.sh/resource-policy")
                    .map(String::as_str),
                policy
            );
        }
    }
}

fn definitions(keep: &str) -> Vec<CustomResourceDefinition> {
    let set = format!("crds.keep={keep}");
    let text = template(&["--show-only", "templates/crds/crds.yaml", "--set", &set]).unwrap();
    serde_saphyr::from_multiple(&text).unwrap()
}

#[test]
fn plugins_and_providers_are_rendered_only_where_their_kinds_exist() {
    let arguments = ["--values", &all_values(), "--set", "crds.install=false"];
    let rendered = template(&arguments).unwrap();
    assert!(
        !rendered.contains("kind: Plugin") && !rendered.contains("kind: Provider"),
        "{rendered}"
    );
}
