//! What to do where the SDK of a project cannot be fetched: it is a tag of Maquette's repository, which has to be released and within
//! reach. Pure.

/// Advice for a crate that could not be built, when its dependencies were never resolved (so that no lock file lists the SDK)
/// and the SDK comes from a tag.
pub(super) fn advice(manifest: &str, lock: Option<&str>) -> Option<String> {
    let is_resolved = lock.is_some_and(|lock| lock.contains("name = \"maquette-sdk\""));
    let mut lines = manifest.lines().map(str::trim);
    let line = lines.find(|line| line.starts_with("maquette-sdk") && line.contains("git = "))?;
    let tag = quoted(line, "tag = ").filter(|_| !is_resolved)?;
    let repository = quoted(line, "git = ")?;
    Some(format!(
        "the SDK cannot be fetched: Cargo.toml takes it from the tag {tag} of {repository}; see the messages above. If that version is not \
         released yet or the repository is out of reach, take a checkout of Maquette: write `maquette-sdk = {{ path = \"/path/to/maquette/sdk/rust\" }}`, \
         or make the project with `maquette plugin new --sdk /path/to/maquette`"
    ))
}

/// The quoted text after a word.
fn quoted<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(word)?;
    rest.strip_prefix('"')?.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::advice;

    const RELEASED: &str =
        "[dependencies]\nmaquette-sdk = { git = \"https://git.example/m\", tag = \"v0.1.0\" }\n";

    #[test]
    fn a_release_that_cannot_be_fetched_is_named_with_what_to_do() {
        let told = advice(RELEASED, None).unwrap();
        assert!(
            told.contains("the tag v0.1.0 of https://git.example/m") && told.contains("--sdk"),
            "{told}"
        );
        assert!(advice(RELEASED, Some("name = \"serde\"\n")).is_some());
    }

    #[test]
    fn code_that_does_not_compile_is_not_the_releases_fault() {
        assert_eq!(advice(RELEASED, Some("name = \"maquette-sdk\"\n")), None);
        assert_eq!(
            advice("maquette-sdk = { path = \"/m/sdk/rust\" }\n", None),
            None
        );
        assert_eq!(advice("", None), None);
    }
}
