//! One string by example; whole values are in [`values`], what holds for every text in [`properties`].

mod properties;
mod values;

use serde_json::{Value, json};

use super::*;

fn reference(namespace: &str, path: &str) -> Reference {
    Reference::new(namespace, path)
}

fn literal(text: &str) -> Part {
    Part::Literal(text.to_owned())
}

fn part(namespace: &str, path: &str) -> Part {
    Part::Reference(reference(namespace, path))
}

fn parts(text: &str) -> Vec<Part> {
    text.parse::<Template>().unwrap().parts().to_vec()
}

fn refused(text: &str) -> Malformed {
    Template::parse(text).unwrap_err()
}

fn malformed_at(position: usize, text: &str, reason: MalformedReason) -> Malformed {
    Malformed {
        position,
        text: text.to_owned(),
        reason,
    }
}

/// Knows the port of mysql, that of redis later, and nothing else.
fn resolve(reference: &Reference) -> Result<String, Unresolved> {
    match reference
        .path()
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["mysql", "port"] => Ok("3306".to_owned()),
        ["redis", "port"] => Err(Unresolved::NotYet {
            waiting_for: "`redis` is not started".to_owned(),
        }),
        _ => Err(Unresolved::Unknown {
            nearest: vec!["mysql".to_owned(), "redis".to_owned()],
        }),
    }
}

#[test]
fn a_text_is_taken_apart_into_literals_and_references() {
    assert_eq!(parts(""), []);
    assert_eq!(parts("plain"), [literal("plain")]);
    assert_eq!(parts("${component::web}"), [part("component", "web")]);
    assert_eq!(
        parts("tcp://${components::mysql.networks.tcp}/é${workspace::x}${component::y}."),
        [
            literal("tcp://"),
            part("components", "mysql.networks.tcp"),
            literal("/é"),
            part("workspace", "x"),
            part("component", "y"),
            literal(".")
        ]
    );
}

#[test]
fn a_reference_has_a_namespace_and_the_segments_of_its_path() {
    let reference = reference("components", "mysql.networks.tcp");
    assert_eq!(reference.namespace(), "components");
    assert_eq!(reference.path(), ["mysql", "networks", "tcp"]);
    assert_eq!(reference.to_string(), "${components::mysql.networks.tcp}");
}

#[test]
fn segments_hold_what_names_and_keys_are_made_of() {
    for path in [
        "DB_HOST",
        "a-b",
        "9",
        "example/key",
        "ä",
        "a@b",
        "a*",
        "a+b=c,d",
    ] {
        assert_eq!(
            parts(&format!("${{component::{path}}}")),
            [part("component", path)]
        );
    }
}

#[test]
fn what_has_not_the_form_of_a_reference_is_literal() {
    for text in [
        "$",
        "$$",
        "${",
        "$}",
        "{}",
        "${}",
        "${HOME}",
        "${a:-b}",
        "${a:b}",
        "$(cmd)",
        "$HOME",
        "${a",
        "${a:",
        "${::x}",
        "${1a::x}",
        "${-a::x}",
        "${_a::x}",
        "${a b::x}",
        "${é::x}",
        "{a::x}",
        "$ {a::x}",
        "a::x}",
        "${a.b::c}",
        "${build::web}",
        "${SHA::7}",
        "${GIT_SHA::${LENGTH}}",
        "${component5::7}",
    ] {
        assert_eq!(parts(text), [literal(text)], "{text}");
    }
}

#[test]
fn a_doubled_dollar_before_a_brace_stands_for_one() {
    assert_eq!(parts("$${"), [literal("${")]);
    assert_eq!(parts("$${component::web}"), [literal("${component::web}")]);
    assert_eq!(parts("$${HOME} $$ $$x"), [literal("${HOME} $$ $$x")]);
    assert_eq!(
        parts("$$${component::web}"),
        [literal("$${component::web}")]
    );
    assert_eq!(
        parts("$${a}${component::c}"),
        [literal("${a}"), part("component", "c")]
    );
    assert_eq!(escape("a ${b::c} $${ $"), "a $${b::c} $$${ $");
}

#[test]
fn a_namespace_with_a_typo_is_a_reference_and_a_substring_of_a_shell_is_text() {
    assert_eq!(
        parts("${componets::web.host}"),
        [part("componets", "web.host")]
    );
    for text in [
        "${SHA::7}",
        "${SHA::x}",
        "${COMPONENT::web}",
        "${workspac::7}",
    ] {
        assert_eq!(parts(text), [literal(text)], "{text}");
    }
}

#[test]
fn a_malformed_reference_is_refused_with_its_place() {
    use MalformedReason::{Character, EmptySegment, Unclosed};
    assert_eq!(
        refused("${components::}"),
        malformed_at(15, "${components::}", EmptySegment)
    );
    assert_eq!(
        refused("é ${component::.b}"),
        malformed_at(16, "${component::.b}", EmptySegment)
    );
    assert_eq!(
        refused("${component::b..c}"),
        malformed_at(16, "${component::b..c}", EmptySegment)
    );
    assert_eq!(
        refused("${component::b.}"),
        malformed_at(16, "${component::b.}", EmptySegment)
    );
    assert_eq!(
        refused("${component::b"),
        malformed_at(15, "${component::b", Unclosed)
    );
    assert_eq!(
        refused("x${component::"),
        malformed_at(15, "${component::", Unclosed)
    );
    for wrong in [
        ' ', '\n', '\u{7f}', '$', '{', ':', '"', '\'', '`', '\\', '\u{a0}',
    ] {
        let text = format!("${{component::b{wrong}}}");
        assert_eq!(refused(&text), malformed_at(15, &text, Character(wrong)));
    }
}

#[test]
fn a_malformed_reference_is_shown_to_its_first_forty_characters() {
    let text = format!("--${{component::{}", "é".repeat(100));
    let shown = format!("${{component::{}", "é".repeat(27));
    assert_eq!(
        refused(&text),
        malformed_at(116, &shown, MalformedReason::Unclosed)
    );
}
