use maquette_sdk::mock::{Mock, Reply};
use maquette_sdk::source::{Filter, Header, Webhook};
use maquette_sdk::{Error, Source as _};

use crate::changes::matches_glob;
use crate::{Config, ThePlugin, hex};

const PULLS: &str =
    "https://git.example.com/api/v1/repos/shop/web/pulls?state=open&limit=50&page=1";
const TWO: &str = r#"[
    {"number": 1, "title": "A", "html_url": "u", "user": {"login": "ada"}, "draft": false, "state": "open",
     "head": {"ref": "a", "sha": "1111"}, "base": {"ref": "main", "sha": "0000"}, "labels": [{"name": "preview"}]},
    {"number": 2, "title": "B", "html_url": "u", "user": {"login": "bob"}, "draft": true, "state": "open",
     "head": {"ref": "b", "sha": "2222"}, "base": {"ref": "main", "sha": "0000"}}
]"#;

fn config() -> Config {
    Config {
        url: "https://git.example.com".to_owned(),
    }
}

fn filter(drafts: bool, base: &str) -> Filter {
    Filter {
        labels: Vec::new(),
        base_branches: vec![base.to_owned()],
        head_branches: Vec::new(),
        drafts,
        branches: false,
    }
}

fn listed(filter: &Filter) -> Vec<String> {
    let mock = Mock::new().on("GET", PULLS, Reply::text(200, TWO));
    let ctx = mock.context(config());
    let page = ThePlugin.list_changes(&ctx, "shop/web", filter, None);
    let page = page.unwrap();
    assert_eq!(page.next, None);
    page.items.into_iter().map(|change| change.id).collect()
}

#[test]
fn a_filter_that_the_forge_lacks_is_applied_here() {
    assert_eq!(listed(&filter(true, "main")), ["1", "2"]);
    assert_eq!(listed(&filter(false, "ma*")), ["1"]);
    assert_eq!(listed(&filter(true, "release/*")), [""; 0]);
    assert!(matches_glob("release/*.x", "release/1.2.x"));
    assert!(!matches_glob("*", "") || matches_glob("*", "ü"));
}

#[test]
fn a_branch_becomes_its_commit() {
    let url = "https://git.example.com/api/v1/repos/shop/web/git/commits/main";
    let mock = Mock::new().on("GET", url, Reply::text(200, r#"{"sha": "abcd"}"#));
    let ctx = mock.context(config());
    let sha = ThePlugin.resolve(&ctx, "shop/web", "main");
    assert_eq!(sha, Ok("abcd".to_owned()));
    let sent = &mock.requests()[0].headers["authorization"];
    assert_eq!(sent, "<credential token>");
}

#[test]
fn a_webhook_is_believed_only_with_its_signature() {
    let ctx = Mock::new().context(config());
    let body = br#"{"number": 7, "repository": {"full_name": "shop/web"}}"#.to_vec();
    let mac = ctx.hmac_sha256("webhook", &[], std::slice::from_ref(&body));
    let header = |name: &str, value: &str| Header {
        name: name.to_owned(),
        value: value.to_owned(),
    };
    let webhook = |signature: &str| Webhook {
        headers: vec![
            header("x-gitea-event", "pull_request"),
            header("x-gitea-signature", signature),
        ],
        body: body.clone(),
    };
    let right = webhook(&hex(&mac.unwrap()));
    let hint = ThePlugin.parse_webhook(&ctx, &right).unwrap().unwrap();
    assert_eq!(
        (hint.repository.as_str(), hint.change),
        ("shop/web", Some("7".to_owned()))
    );
    let refused = ThePlugin.parse_webhook(&ctx, &webhook("00"));
    assert!(matches!(refused, Err(Error::Unauthorized(_))));
}
