use maquette_sdk::builder::{Build, Destination, Ending, Fault, Verdict};
use maquette_sdk::mock::Mock;
use maquette_sdk::{Builder as _, Context};

use crate::{Config, ThePlugin, image};

fn context() -> Context<Config> {
    Mock::new().context(Config { image: image() })
}

fn build(revision: &str) -> Build {
    Build {
        repository: "https://git.example.com/shop/web.git".to_owned(),
        revision: revision.to_owned(),
        depth: Some(1),
        context_dir: Some("web".to_owned()),
        dockerfile: None,
        target: None,
        args: Vec::new(),
        platforms: vec!["linux/amd64".to_owned()],
        destinations: vec![Destination {
            repository: "registry.example.com/shop/web".to_owned(),
            tags: vec!["pr-7".to_owned()],
        }],
        cache: None,
        secrets: vec!["npm".to_owned()],
        secrets_dir: "/secrets".to_owned(),
        docker_config_dir: "/docker".to_owned(),
        git_credential_dir: None,
        timeout_seconds: 600,
    }
}

fn ending(exit_code: Option<i32>, termination_message: &str, reason: Option<&str>) -> Ending {
    Ending {
        exit_code,
        termination_message: termination_message.to_owned(),
        reason: reason.map(str::to_owned),
        log_tail: "error: it did not work".to_owned(),
    }
}

#[test]
fn the_same_build_gives_the_same_plan_and_another_commit_another_key() {
    let (ctx, first) = (context(), build("1111"));
    let plan = ThePlugin.plan(&ctx, &first).unwrap();
    assert_eq!(ThePlugin.plan(&ctx, &first).unwrap(), plan);
    let other = ThePlugin.plan(&ctx, &build("2222")).unwrap();
    assert_ne!(other.cache_key, plan.cache_key);
}

#[test]
fn where_the_image_goes_does_not_change_the_key() {
    let (ctx, mut other) = (context(), build("1111"));
    let key = ThePlugin.plan(&ctx, &other).unwrap().cache_key;
    other.destinations[0].tags = vec!["pr-8".to_owned()];
    assert_eq!(ThePlugin.plan(&ctx, &other).unwrap().cache_key, key);
}

#[test]
fn a_secret_is_named_by_its_path() {
    let plan = ThePlugin.plan(&context(), &build("1111")).unwrap();
    assert!(plan.pod_template.contains("id=npm,src=/secrets/npm"));
}

#[test]
fn an_image_is_what_a_build_that_succeeded_says() {
    let ended = ending(Some(0), "sha256:12\n", None);
    let verdict = ThePlugin.interpret(&context(), &build("1111"), &ended);
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
        (
            ending(None, "", Some("Evicted")),
            "PodEvicted",
            Fault::Platform,
        ),
        (ending(None, "", None), "PodNotStarted", Fault::Platform),
    ] {
        let verdict = ThePlugin.interpret(&context(), &build("1111"), &ended);
        let Ok(Verdict::Failed(failure)) = verdict else {
            panic!("{verdict:?}")
        };
        assert_eq!((failure.reason.as_str(), failure.fault), (reason, fault));
    }
}
