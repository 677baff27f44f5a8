use super::*;
use serde_json::json;

fn check(field: &str, value: serde_json::Value) -> Result<(), ManifestError> {
    let mut manifest = json!({
        "name": "plugin", "version": "1.0.0", "summary": "Tests", "configSchema": {"type": "object"},
        "hosts": [{"fromConfig": "/url"}],
    });
    manifest[field] = value;
    let manifest: Manifest = serde_json::from_value(manifest).unwrap();
    manifest.check()
}

#[test]
fn a_plugin_asks_for_no_more_than_a_provider_could_grant_and_an_administrator_read() {
    let hosts = |count: usize| vec![json!({"fixed": "https://a.example"}); count].into();
    let credentials = |count: usize| {
        let bearer = json!({"type": "bearer"});
        let credential =
            |at| json!({"name": format!("c{at}"), "description": "", "placement": bearer});
        (0..count).map(credential).collect::<Vec<_>>().into()
    };
    let long = format!("https://{}.example", "a".repeat(300));
    for (field, good, bad) in [
        ("hosts", hosts(32), hosts(33)),
        ("credentials", credentials(16), credentials(17)),
        (
            "hosts",
            json!([{"fromConfig": "/a"}]),
            json!([{"fromConfig": format!("/{long}")}]),
        ),
        ("hosts", hosts(1), json!([{"fixed": long}])),
        (
            "version",
            json!("1.0.0-rc"),
            json!(format!("1.0.0-{}", "a".repeat(130))),
        ),
    ] {
        assert_eq!(check(field, good), Ok(()), "{field}");
        let error = check(field, bad).unwrap_err();
        assert!(
            matches!(
                error,
                ManifestError::TooMany { .. } | ManifestError::TooLong { .. }
            ),
            "{error}"
        );
        assert!(error.to_string().starts_with(field), "{error}");
    }
    let credential = |placement: serde_json::Value, provision: &str| json!([{"name": "c", "description": "", "placement": placement, "provision": provision}]);
    let made = |placement: &str| credential(json!({ "type": placement }), "made");
    assert_eq!(check("credentials", made("hmac-key-base64")), Ok(()));
    assert_eq!(
        check("credentials", made("bearer")),
        Err(ManifestError::Made("c".into()))
    );
    let later = credential(json!({"type": "other", "name": "mtls"}), "required");
    let error = check("credentials", later).unwrap_err().to_string();
    assert!(
        error.contains("`mtls`, which this host does not know"),
        "{error}"
    );
    assert_eq!(
        check("lacks", json!(["set-deployment"])),
        Err(ManifestError::Lacks("set-deployment".into()))
    );
    assert!(matches!(
        check("options", json!([{"of": "builder", "schema": 1}])),
        Err(ManifestError::Options { .. })
    ));
    assert!(matches!(
        check(
            "secretPlaces",
            json!([{"path": "tunnels", "pointer": "/secret"}])
        ),
        Err(ManifestError::Path(_))
    ));
    assert!(matches!(
        check("hosts", json!([{"fromConfig": "/a\nb"}])),
        Err(ManifestError::Pointer { .. })
    ));
}
