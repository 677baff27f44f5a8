//! The header `Link` with `rel="next"` (RFC 8288), by which registries page.

/// Path and query of the next page, where it leads to the same place as the page before it: a registry that sends
/// its clients elsewhere is not followed.
pub(crate) fn next(header: &str, root: &str, path: &str) -> Option<String> {
    let (target, parameters) = header.trim().strip_prefix('<')?.split_once('>')?;
    let is_next = parameters.split(';').any(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or_default();
        name.trim().eq_ignore_ascii_case("rel") && value.trim().trim_matches('"') == "next"
    });
    let target = target.strip_prefix(root).unwrap_or(target);
    follows(target, path)
        .then(|| target.to_owned())
        .filter(|_| is_next)
}

/// Whether this is a page of that listing.
pub(crate) fn follows(target: &str, path: &str) -> bool {
    target
        .strip_prefix(path)
        .is_some_and(|query| query.starts_with('?') && !query.contains(['#', ' ']))
}

#[cfg(test)]
mod tests {
    use super::next;

    const ROOT: &str = "https://registry.test";
    const PATH: &str = "/v2/a/tags/list";

    #[test]
    fn the_next_page_is_found_in_both_forms() {
        let target = Some("/v2/a/tags/list?last=b&n=2".to_owned());
        let relative = "</v2/a/tags/list?last=b&n=2>; rel=\"next\"";
        assert_eq!(next(relative, ROOT, PATH), target);
        let absolute = "<https://registry.test/v2/a/tags/list?last=b&n=2>; rel=next";
        assert_eq!(next(absolute, ROOT, PATH), target);
    }

    #[test]
    fn links_that_lead_elsewhere_are_not_followed() {
        for link in [
            "<https://evil.test/v2/a/tags/list?last=b>; rel=\"next\"",
            "</v2/other/tags/list?last=b>; rel=\"next\"",
            "</v2/a/tags/list/../../x?last=b>; rel=\"next\"",
            "</v2/a/tags/list?last=b>; rel=\"prev\"",
            "</v2/a/tags/list?last=b>",
            "nothing",
        ] {
            assert_eq!(next(link, ROOT, PATH), None, "{link}");
        }
    }
}
