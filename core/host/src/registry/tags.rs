use semver::VersionReq;
use serde::Deserialize;
use url::Url;

use super::{PullError, artifact::malformed};
use crate::names::Tag;

#[derive(Deserialize)]
struct Page {
    /// Some registries answer `null` for a repository without tags.
    tags: Option<Vec<String>>,
}

/// The tags of one page; what is not a tag is left out.
pub(super) fn read_page(bytes: &[u8]) -> Result<Vec<Tag>, PullError> {
    let page: Page =
        serde_json::from_slice(bytes).map_err(|error| malformed("the list of tags", &error))?;
    Ok(page
        .tags
        .unwrap_or_default()
        .iter()
        .filter_map(|tag| tag.parse().ok())
        .collect())
}

/// The next page from the `Link` header (RFC 8288), if there is one on the same server.
pub(super) fn next_page(link: &str, current: &Url) -> Option<Url> {
    let target = link.split(',').find_map(|link| {
        let (target, parameters) = link.trim().split_once(';')?;
        let is_next = parameters
            .split(';')
            .any(|parameter| matches!(parameter.trim(), "rel=\"next\"" | "rel=next"));
        is_next.then(|| target.trim().strip_prefix('<')?.strip_suffix('>'))?
    })?;
    current
        .join(target)
        .ok()
        .filter(|next| next.origin() == current.origin() && next != current)
}

/// The highest version in the range, whatever order the registry lists them in.
/// Of two tags of one version (`1.2.0` and `v1.2.0`) the plain one.
pub(super) fn highest<'a>(tags: &'a [Tag], range: &VersionReq) -> Option<&'a Tag> {
    let versions = tags.iter().filter_map(|tag| Some((tag.version()?, tag)));
    versions
        .filter(|(version, _)| range.matches(version))
        .max_by(|(a, a_tag), (b, b_tag)| a.cmp(b).then_with(|| b_tag.cmp(a_tag)))
        .map(|(_, tag)| tag)
}

/// What there is instead, in words.
pub(super) fn available(tags: &[Tag]) -> String {
    let mut versions: Vec<_> = tags
        .iter()
        .filter_map(|tag| Some((tag.version()?, tag)))
        .collect();
    versions.sort();
    let newest: Vec<_> = versions
        .iter()
        .rev()
        .take(5)
        .map(|(_, tag)| tag.to_string())
        .collect();
    if newest.is_empty() {
        "no tag is a semantic version such as `1.2.0`".to_owned()
    } else {
        format!("the newest versions are {}", newest.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(names: &[&str]) -> Vec<Tag> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn the_highest_version_is_found_in_an_unsorted_list() {
        let tags = tags(&[
            "1.10.0",
            "latest",
            "1.9.3",
            "v1.10.0",
            "2.0.0",
            "1.11.0-rc.1",
            "1.2",
        ]);
        let highest =
            |range: &str| highest(&tags, &range.parse().unwrap()).map(ToString::to_string);
        assert_eq!(highest("^1"), Some("1.10.0".into()));
        assert_eq!(highest("~1.9"), Some("1.9.3".into()));
        assert_eq!(highest(">=1, <3"), Some("2.0.0".into()));
        assert_eq!(highest("~3"), None);
        assert_eq!(
            available(&tags),
            "the newest versions are 2.0.0, 1.11.0-rc.1, v1.10.0, 1.10.0, 1.9.3"
        );
    }

    #[test]
    fn the_next_page_is_on_the_same_server() {
        let current: Url = "https://r.example/v2/a/tags/list?n=2".parse().unwrap();
        let next = |link: &str| next_page(link, &current).map(|url| url.to_string());
        let expected = Some("https://r.example/v2/a/tags/list?n=2&last=b".to_owned());
        assert_eq!(next("</v2/a/tags/list?n=2&last=b>; rel=\"next\""), expected);
        assert_eq!(
            next("<https://r.example/v2/a/tags/list?n=2&last=b>; rel=next"),
            expected
        );
        assert_eq!(
            next("<https://evil.example/v2/a/tags/list>; rel=\"next\""),
            None
        );
        assert_eq!(next("</v2/a/tags/list?n=2>; rel=\"next\""), None);
        assert_eq!(next("</v2/a>; rel=\"prev\""), None);
    }

    #[test]
    fn a_repository_without_tags_has_an_empty_list() {
        assert_eq!(read_page(br#"{"name":"a","tags":null}"#), Ok(vec![]));
        assert_eq!(
            read_page(br#"{"tags":["1.0.0","not a tag"]}"#),
            Ok(tags(&["1.0.0"]))
        );
        assert!(matches!(
            read_page(b"<html>"),
            Err(PullError::Malformed { .. })
        ));
    }
}
