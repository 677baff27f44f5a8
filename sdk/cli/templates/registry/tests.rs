use maquette_sdk::mock::{Mock, Reply};
use maquette_sdk::registry::Tag;
use maquette_sdk::{Error, Registry as _};

use crate::{Config, ThePlugin};

const TAGS: &str = "https://registry.example.com/v2/shop/web/tags/list?n=100";
const LATEST: &str = "https://registry.example.com/v2/shop/web/manifests/latest";

fn config() -> Config {
    Config {
        url: "https://registry.example.com".to_owned(),
    }
}

#[test]
fn a_listing_is_read_page_by_page() {
    let first = Reply::text(200, r#"{"tags": ["1.0.0", "1.1.0"]}"#);
    let first = first.header("link", "</v2/shop/web/tags/list>; rel=\"next\"");
    let mock = Mock::new().on("GET", TAGS, first).on(
        "GET",
        &format!("{TAGS}&last=1.1.0"),
        Reply::text(200, r#"{"tags": ["2.0.0"]}"#),
    );
    let ctx = mock.context(config());
    let page = ThePlugin.list_tags(&ctx, "shop/web", None).unwrap();
    assert_eq!(page.items, ["1.0.0", "1.1.0"].map(Tag::named));
    let rest = ThePlugin.list_tags(&ctx, "shop/web", page.next.as_deref());
    let rest = rest.unwrap();
    assert_eq!((rest.items, rest.next), (vec![Tag::named("2.0.0")], None));
    mock.assert_done();
}

#[test]
fn a_reference_becomes_the_digest_of_its_index() {
    let index = r#"{"manifests": [{"platform": {"os": "linux", "architecture": "arm64"}}]}"#;
    let index = Reply::text(200, index)
        .header("docker-content-digest", "sha256:12")
        .header("content-type", crate::INDEX);
    let mock = Mock::new().on("GET", LATEST, index);
    let image = ThePlugin.resolve(&mock.context(config()), "shop/web", "latest");
    let image = image.unwrap();
    assert_eq!(image.digest, "sha256:12");
    assert_eq!(image.platforms, ["linux/arm64"]);
    let sent = &mock.requests()[0].headers["authorization"];
    assert_eq!(sent, "<credential login>");
}

#[test]
fn what_does_not_exist_is_not_found() {
    let mock = Mock::new().on("GET", LATEST, Reply::status(404));
    let error = ThePlugin.resolve(&mock.context(config()), "shop/web", "latest");
    assert!(matches!(error, Err(Error::NotFound(_))), "{error:?}");
}

#[test]
fn a_public_repository_needs_no_login() {
    let mock = Mock::new().without_credential("login").on(
        "GET",
        TAGS,
        Reply::text(200, r#"{"tags": null}"#),
    );
    let page = ThePlugin.list_tags(&mock.context(config()), "shop/web", None);
    assert_eq!(page.unwrap().items, []);
    assert!(!mock.requests()[0].headers.contains_key("authorization"));
}
