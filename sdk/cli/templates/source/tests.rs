use maquette_sdk::mock::{Mock, Reply};
use maquette_sdk::source::{Change, Filter, Happening, Header, Trust, Webhook};
use maquette_sdk::{Error, Source as _};

use crate::{Config, ThePlugin};

const PULLS: &str =
    "https://git.example.com/api/v1/repos/shop/web/pulls?state=open&limit=50&page=1";
const TWO: &str = r#"[
    {"number": 1, "title": "A", "html_url": "u", "user": {"login": "ada"}, "state": "open", "labels": [{"name": "preview"}],
     "head": {"ref": "a", "sha": "1111", "repo": {"full_name": "shop/web"}}, "base": {"ref": "main", "sha": "0000"}},
    {"number": 2, "title": "From a fork", "html_url": "u", "user": {"login": "eve"}, "draft": true, "state": "open",
     "head": {"ref": "b", "sha": "2222", "repo": {"full_name": "eve/web"}}, "base": {"ref": "main", "sha": "0000"}},
    {"number": 3, "title": "From a deleted fork", "html_url": "u", "user": {"login": "eve"}, "state": "open",
     "head": {"ref": "c", "sha": "3333", "repo": null}, "base": {"ref": "main", "sha": "0000"}},
    {"number": 4, "title": "By AGit", "html_url": "u", "user": {"login": "eve"}, "state": "open",
     "head": {"ref": "refs/pull/4/head", "sha": "4444", "repo": {"full_name": "shop/web"}}, "base": {"ref": "main", "sha": "0000"}}
]"#;

fn config() -> Config {
    Config {
        url: "https://git.example.com".to_owned(),
    }
}

fn listed() -> Vec<Change> {
    let mock = Mock::new().on("GET", PULLS, Reply::text(200, TWO));
    let filter = Filter {
        labels: Vec::new(),
        drafts: true,
    };
    let page = ThePlugin.list_changes(&mock.context(config()), "shop/web", &filter, None);
    let page = page.unwrap();
    assert_eq!(page.next, None);
    page.items
}

#[test]
fn only_a_branch_of_the_repository_itself_is_trusted() {
    let of = |change: &Change| (change.trust, change.head_repository.clone());
    let found: Vec<_> = listed().iter().map(of).collect();
    assert_eq!(
        found,
        [
            (Trust::Writer, None),
            (Trust::Anybody, Some("eve/web".to_owned())),
            (Trust::Anybody, None),
            (Trust::Anybody, None),
        ]
    );
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
    let signature = Mock::sign("webhook", &body);
    let signature: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
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
    let right = webhook(&signature);
    let hint = ThePlugin.parse_webhook(&ctx, &right).unwrap().unwrap();
    assert_eq!(
        (hint.repository.as_str(), hint.what),
        ("shop/web", Happening::Change("7".to_owned()))
    );
    let refused = ThePlugin.parse_webhook(&ctx, &webhook("00"));
    assert!(matches!(refused, Err(Error::Unauthorized(_))));
}
