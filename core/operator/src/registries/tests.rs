use super::{Registries, RegistryError};
use serde_json::{Value, json};

const KEY: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEG8kXYkUCrtGeZs060wD6NiRh7bAH
hWHbnTFSv3zybJStGfu4JybB+1saYY/7UXP/9Khhu9pw6loKRyZP2yB4tA==
-----END PUBLIC KEY-----
";

fn read(document: &Value) -> Result<Registries, String> {
    Registries::from_yaml(&document.to_string()).map_err(|error| error.to_string())
}

/// How many signatures are required.
fn required(registries: &Registries, image: &str) -> Result<usize, RegistryError> {
    let required = registries.required(&image.parse().unwrap());
    required.map(|verifications| verifications.len())
}

fn place(registries: &Registries, image: &str) -> String {
    let place = registries.place(&image.parse().unwrap());
    place.map_or_else(|error| error.to_string(), |place| place.to_string())
}

#[test]
fn without_a_file_everything_is_pulled_as_it_is_called_and_nothing_has_to_be_signed() {
    for text in ["", "{}", "trust: {}\nregistries: {}\n"] {
        let registries = Registries::from_yaml(text).unwrap();
        assert!(registries.trusts_everything());
        assert_eq!(place(&registries, "r.example/a"), "r.example/a");
        let image = "r.example/a".parse().unwrap();
        assert_eq!(registries.pull_secret(&image), None);
    }
}

#[test]
fn the_longest_prefix_in_whole_parts_decides_who_has_to_have_signed() {
    let registries = read(&json!({"trust": {"unlisted": "Refuse", "policies": [
        {"prefix": "r.example", "insecure": true},
        {"prefix": "r.example/team/", "keys": [KEY]},
        {"prefix": "R.example/team/try", "insecure": true},
        {"prefix": "r.example:5000/team", "keys": [KEY]},
    ]}}))
    .unwrap();
    for (image, signatures) in [
        ("r.example/other", 0),
        ("r.example/team", 1),
        ("r.example/team/plugin", 1),
        ("r.example/teams/plugin", 0),
        ("r.example/team/try", 0),
        ("r.example/team/try/plugin", 0),
        ("r.example/team/tryout", 1),
        ("r.example:5000/team/plugin", 1),
    ] {
        assert_eq!(
            required(&registries, image).ok(),
            Some(signatures),
            "{image}"
        );
    }
    let error = required(&registries, "r.example:5000/plugin").unwrap_err();
    assert_eq!(
        error.to_string(),
        "no policy covers r.example:5000/plugin, and plugins without one are refused; add its registry to `trust.policies` of the chart"
    );
}

#[test]
fn a_rewrite_replaces_the_longest_prefix_and_keeps_the_rest() {
    let registries = read(&json!({"registries": {
        "rewrites": [
            {"prefix": "r.example", "to": "mirror.corp:5000/r"},
            {"prefix": "r.example/team/plugin", "to": "mirror.corp:5000/own"},
            {"prefix": "s.example/team", "to": "mirror.corp:5000"},
        ],
        "pullSecrets": [
            {"prefix": "mirror.corp:5000", "name": "mirror"},
            {"prefix": "mirror.corp:5000/own", "name": "own"},
        ],
    }}))
    .unwrap();
    for (image, expected, secret) in [
        ("r.example/a/b", "mirror.corp:5000/r/a/b", Some("mirror")),
        ("r.example/team/plugin", "mirror.corp:5000/own", Some("own")),
        ("s.example/team/x", "mirror.corp:5000/x", Some("mirror")),
        ("s.example/other", "s.example/other", None),
    ] {
        assert_eq!(place(&registries, image), expected);
        let found = registries.pull_secret(&expected.parse().unwrap());
        assert_eq!(found, secret, "{image}");
    }
    assert!(registries.names_secret("own") && !registries.names_secret("other"));
    let nothing = place(&registries, "s.example/team");
    assert!(
        nothing.contains("makes `mirror.corp:5000` of it"),
        "{nothing}"
    );
}

#[test]
fn a_file_that_cannot_be_meant_is_refused_with_the_fields_path() {
    let policy = |policy: Value| json!({"trust": {"policies": [policy]}});
    let identity = json!({"issuer": "https://i.example", "subject": "a@b.example"});
    for (document, words) in [
        (json!({"trust": {"polices": []}}), "unknown field `polices`"),
        (
            policy(json!({"prefix": "r.example"})),
            "trust.policies[0]: set either",
        ),
        (
            policy(json!({"prefix": "r.example", "insecure": true, "keys": [KEY]})),
            "trust.policies[0]: set either",
        ),
        (
            policy(json!({"prefix": "example", "insecure": true})),
            "trust.policies[0].prefix: `example` is not a registry",
        ),
        (
            policy(json!({"prefix": "r.example/a:1", "insecure": true})),
            "trust.policies[0].prefix",
        ),
        (
            policy(json!({"prefix": "r.example", "keys": ["-----BEGIN PUBLIC KEY-----"]})),
            "trust.policies[0].keys[0]: it is not a public key",
        ),
        (
            policy(json!({"prefix": "r.example", "keyless": [identity]})),
            "trust.policies[0]: an identity needs a trust root",
        ),
        (
            json!({"trust": {"root": "{}", "policies": []}}),
            "trust.root: the trust root has no certificate authority",
        ),
        (
            json!({"trust": {"policies": [
                {"prefix": "r.example/a", "insecure": true},
                {"prefix": "r.example/a/", "insecure": true},
            ]}}),
            "trust.policies: `r.example/a` stands there twice",
        ),
        (
            json!({"registries": {"rewrites": [{"prefix": "r.example", "to": "mirror"}]}}),
            "registries.rewrites[0].to: `mirror` is not a registry",
        ),
    ] {
        let error = read(&document).unwrap_err();
        assert!(error.contains(words), "{document}: {error}");
    }
}
