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
    assert_eq!(parts("${build::web}"), [part("build", "web")]);
    assert_eq!(
        parts("tcp://${components::mysql.networks.tcp}/é${a_1-b::x}${c::y}."),
        [
            literal("tcp://"),
            part("components", "mysql.networks.tcp"),
            literal("/é"),
            part("a_1-b", "x"),
            part("c", "y"),
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
            parts(&format!("${{environment::{path}}}")),
            [part("environment", path)]
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
    ] {
        assert_eq!(parts(text), [literal(text)], "{text}");
    }
}

#[test]
fn a_doubled_dollar_before_a_brace_stands_for_one() {
    assert_eq!(parts("$${"), [literal("${")]);
    assert_eq!(parts("$${build::web}"), [literal("${build::web}")]);
    assert_eq!(parts("$${HOME} $$ $$x"), [literal("${HOME} $$ $$x")]);
    assert_eq!(parts("$$${build::web}"), [literal("$${build::web}")]);
    assert_eq!(parts("$${a}${b::c}"), [literal("${a}"), part("b", "c")]);
    assert_eq!(escape("a ${b::c} $${ $"), "a $${b::c} $$${ $");
}

#[test]
fn a_malformed_reference_is_refused_with_its_place() {
    use MalformedReason::{Character, EmptySegment, Unclosed};
    assert_eq!(
        refused("${components::}"),
        malformed_at(15, "${components::}", EmptySegment)
    );
    assert_eq!(
        refused("é ${a::.b}"),
        malformed_at(8, "${a::.b}", EmptySegment)
    );
    assert_eq!(
        refused("${a::b..c}"),
        malformed_at(8, "${a::b..c}", EmptySegment)
    );
    assert_eq!(
        refused("${a::b.}"),
        malformed_at(8, "${a::b.}", EmptySegment)
    );
    assert_eq!(refused("${a::b"), malformed_at(7, "${a::b", Unclosed));
    assert_eq!(refused("x${a::"), malformed_at(7, "${a::", Unclosed));
    for wrong in [
        ' ', '\n', '\u{7f}', '$', '{', ':', '"', '\'', '`', '\\', '\u{a0}',
    ] {
        let text = format!("${{a::b{wrong}}}");
        assert_eq!(refused(&text), malformed_at(7, &text, Character(wrong)));
    }
}

#[test]
fn a_malformed_reference_is_shown_to_its_first_forty_characters() {
    let text = format!("--${{a::{}", "é".repeat(100));
    let shown = format!("${{a::{}", "é".repeat(35));
    assert_eq!(
        refused(&text),
        malformed_at(108, &shown, MalformedReason::Unclosed)
    );
}
