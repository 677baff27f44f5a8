use maquette_sdk::builder::{
    Build, Destination, Ended, Ending, Fault, Login, Registry, Secret, SecretKind, Verdict,
};
use maquette_sdk::mock::Mock;
use maquette_sdk::{Builder as _, Context};

use crate::{Config, ThePlugin, image};

fn context() -> Context<Config> {
    Mock::new().context(Config { image: image() })
}

fn build() -> Build {
    let destination = Destination {
        repository: "registry.example.com/shop/web".to_owned(),
        tags: vec!["pr-7".to_owned()],
    };
    Build::new(
        "https://git.example.com/shop/web.git",
        "1111",
        vec![destination],
    )
}

fn planned(build: &Build) -> String {
    let plan = ThePlugin.plan(&context(), build).unwrap();
    assert_eq!(ThePlugin.plan(&context(), build).unwrap(), plan);
    plan.jobs[0].pod_template.clone()
}

fn ending(exit_code: Option<i32>, said: &str, reason: Option<&str>) -> Ending {
    Ending {
        containers: vec![Ended {
            name: "build".to_owned(),
            exit_code,
            reason: reason.map(str::to_owned),
            termination_message: said.to_owned(),
            log_tail: "error: it did not work".to_owned(),
        }],
        reason: None,
        message: String::new(),
    }
}

#[test]
fn a_build_mounts_what_it_needs_and_nothing_else() {
    let bare = planned(&build());
    assert!(!bare.contains("maquette-git") && !bare.contains("maquette-secrets"));
    let mut closed = build();
    closed.source.login = Login::Password;
    closed.secrets.push(Secret {
        name: "npm".to_owned(),
        kind: SecretKind::File,
        version: "1".to_owned(),
    });
    let closed = planned(&closed);
    assert!(closed.contains("id=npm,src=/maquette/secrets/npm"));
    assert!(closed.contains("id=GIT_AUTH_HEADER,src=/maquette/git/header"));
}

#[test]
fn a_cache_that_is_only_read_is_not_written() {
    let mut build = build();
    build.cache_from = vec!["registry.example.com/cache:main".to_owned()];
    let plan = planned(&build);
    assert!(plan.contains("--import-cache") && !plan.contains("--export-cache"));
}

#[test]
fn a_repository_without_tags_is_pushed_by_its_digest() {
    let mut build = build();
    build.destinations[0].tags.clear();
    assert!(planned(&build).contains("name=registry.example.com/shop/web\\\",push=true"));
}

#[test]
fn registries_without_tls_are_settings_of_the_daemon() {
    let mut build = build();
    build.registries.push(Registry {
        host: "registry.test:5000".to_owned(),
        mirrors: vec!["mirror.test".to_owned()],
        plain_http: true,
    });
    let plan = ThePlugin.plan(&context(), &build).unwrap();
    let expected =
        "[registry.\"registry.test:5000\"]\n  mirrors = [\"mirror.test\"]\n  http = true\n";
    assert_eq!(plan.jobs[0].files[0].content, expected);
}

#[test]
fn an_image_is_what_a_build_that_succeeded_says() {
    let ended = ending(Some(0), "sha256:12\n", None);
    let verdict = ThePlugin.interpret(&context(), &build(), 0, &ended);
    let Ok(Verdict::Images(images)) = verdict else {
        panic!("{verdict:?}")
    };
    assert_eq!(images[0].digest, "sha256:12");
}

#[test]
fn a_failure_says_whose_fault_it_is() {
    for (ended, reason, fault) in [
        (ending(Some(1), "", None), "BuildFailed", Fault::User),
        (
            ending(Some(137), "", Some("OOMKilled")),
            "StepOutOfMemory",
            Fault::User,
        ),
        (ending(None, "", None), "PodNotStarted", Fault::Platform),
    ] {
        let verdict = ThePlugin.interpret(&context(), &build(), 0, &ended);
        let Ok(Verdict::Failed(failure)) = verdict else {
            panic!("{verdict:?}")
        };
        assert_eq!((failure.reason.as_str(), failure.fault), (reason, fault));
        assert_eq!(failure.container.as_deref(), Some("build"));
    }
}
