//! Plugins.

use serde_json::{Value, json};

use super::{Manifest, Refused, assert_accepted, assert_refused, manifest, with};

fn spec() -> Value {
    json!({"image": "registry.test:5000/maquette/powerdns", "version": "~1.2", "limits": {"memory": "64Mi", "timeoutSeconds": 30, "concurrency": 8}})
}

fn digest() -> String {
    format!("sha256:{}", "0a".repeat(32))
}

fn changed(at: &str, new: Value) -> Manifest {
    manifest("Plugin", "powerdns", with(spec(), at, new))
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "it is one table")]
async fn a_plugin_that_cannot_work_is_refused_with_the_fields_path() {
    let image = |image: &str| changed("/image", json!(image));
    let words = "must be HOST[:PORT]/REPOSITORY";
    assert_refused(vec![
        Refused(
            "version and digest",
            changed("/digest", json!(digest())),
            "spec",
            "set exactly one of version",
        ),
        Refused(
            "neither version nor digest",
            changed("/version", Value::Null),
            "spec",
            "set exactly one of version",
        ),
        Refused(
            "an image with a tag",
            image("registry.test/powerdns:1.2"),
            "spec.image",
            words,
        ),
        Refused(
            "an image with a digest",
            image(&format!("registry.test/powerdns@{}", digest())),
            "spec.image",
            words,
        ),
        Refused(
            "an image with a scheme",
            image("https://registry.test/powerdns"),
            "spec.image",
            words,
        ),
        Refused(
            "an image without a host",
            image("powerdns"),
            "spec.image",
            words,
        ),
        Refused(
            "a repository in capitals",
            image("registry.test/PowerDNS"),
            "spec.image",
            words,
        ),
        Refused(
            "no image",
            changed("/image", Value::Null),
            "spec.image",
            "Required value",
        ),
        Refused(
            "a digest that is too short",
            manifest(
                "Plugin",
                "powerdns",
                json!({"image": "registry.test/powerdns", "digest": "sha256:0a"}),
            ),
            "spec.digest",
            "should match",
        ),
        Refused(
            "a name with a dot",
            manifest("Plugin", "power.dns", spec()),
            "<nil>",
            "metadata.name must be a DNS label",
        ),
        Refused(
            "a name of 64 characters",
            manifest("Plugin", &"p".repeat(64), spec()),
            "<nil>",
            "at most 63 characters",
        ),
        Refused(
            "no time",
            changed("/limits/timeoutSeconds", json!(0)),
            "spec.limits.timeoutSeconds",
            "greater than or equal to 1",
        ),
        Refused(
            "too much time",
            changed("/limits/timeoutSeconds", json!(301)),
            "spec.limits.timeoutSeconds",
            "less than or equal to 300",
        ),
        Refused(
            "no calls at one time",
            changed("/limits/concurrency", json!(0)),
            "spec.limits.concurrency",
            "greater than or equal to 1",
        ),
        Refused(
            "an approval that is none",
            changed("/approval", json!("Never")),
            "spec.approval",
            "Unsupported value",
        ),
        Refused(
            "an approval of a version instead of a digest",
            changed("/approvedDigest", json!("1.3.0")),
            "spec.approvedDigest",
            "should match",
        ),
        Refused(
            "a rollback to a version instead of a digest",
            changed("/rollbackTo", json!("1.1.0")),
            "spec.rollbackTo",
            "should match",
        ),
        Refused(
            "a registry that is asked all the time",
            changed("/intervalSeconds", json!(1)),
            "spec.intervalSeconds",
            "greater than or equal to 5",
        ),
        Refused(
            "a verification by nobody",
            changed("/verify", json!({"cosign": {}})),
            "spec.verify.cosign",
            "set keys, keyless or both",
        ),
        Refused(
            "a verification in another way",
            changed("/verify", json!({"notation": {}})),
            "spec.verify.cosign",
            "Required value",
        ),
        Refused(
            "a key without a Secret",
            changed("/verify", json!({"cosign": {"keys": [{}]}})),
            "spec.verify.cosign.keys[0].secretRef",
            "Required value",
        ),
        Refused(
            "an identity with two subjects",
            changed("/verify", json!({"cosign": {"keyless": [{"issuer": "https://i.test", "subject": "a", "subjectPattern": "b"}]}})),
            "spec.verify.cosign.keyless[0]",
            "set exactly one of subject and subjectPattern",
        ),
        Refused(
            "an identity without an issuer",
            changed("/verify", json!({"cosign": {"keyless": [{"subject": "a"}]}})),
            "spec.verify.cosign.keyless[0].issuer",
            "Required value",
        ),
        Refused(
            "no amount of memory",
            changed("/limits/memory", json!("much")),
            "spec.limits.memory",
            "must be an amount of memory",
        ),
        Refused(
            "no memory",
            changed("/limits/memory", json!("0")),
            "spec.limits.memory",
            "must be an amount of memory",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_plugin_that_may_work_is_accepted() {
    assert_accepted(vec![
        ("a constraint", manifest("Plugin", "powerdns", spec())),
        ("a tag", changed("/version", json!("1.2.0-rc1"))),
        ("manual approval", changed("/approval", json!("Manual"))),
        (
            "an approved digest",
            changed("/approvedDigest", json!(digest())),
        ),
        ("a rollback", changed("/rollbackTo", json!(digest()))),
        (
            "a digest",
            manifest(
                "Plugin",
                "powerdns",
                json!({"image": "registry.test/a/b_c.d", "digest": digest()}),
            ),
        ),
        (
            "a pull secret",
            changed("/pullSecrets", json!([{"name": "login"}])),
        ),
        (
            "a signer's key",
            changed("/verify", json!({"cosign": {"keys": [{"secretRef": {"name": "maquette-pub", "key": "cosign.pub"}}]}})),
        ),
        (
            "a signer's identity",
            changed("/verify", json!({"cosign": {"keyless": [{"issuer": "https://i.test", "subjectPattern": "https://.*"}]}})),
        ),
        (
            "a registry without port and a deep repository",
            changed("/image", json!("registry.test/a/b/c-d")),
        ),
    ])
    .await;
}
