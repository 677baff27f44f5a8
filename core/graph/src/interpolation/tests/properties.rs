//! What holds for every text.

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;

/// Texts that are likely to come near the grammar.
fn near_references() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("$".to_owned()),
        Just("${".to_owned()),
        Just("$${".to_owned()),
        Just("::".to_owned()),
        Just("}".to_owned()),
        Just(".".to_owned()),
        Just("a".to_owned()),
        Just("${component::b}".to_owned()),
        Just("${é".to_owned()),
        any::<char>().prop_map(String::from),
    ];
    vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![near_references(), any::<String>()]
}

fn any_reference() -> impl Strategy<Value = Reference> {
    (
        select(NAMESPACES.to_vec()),
        "[a-zA-Z0-9_/é-]{1,5}(\\.[a-zA-Z0-9_/é-]{1,5}){0,3}",
    )
        .prop_map(|(namespace, path)| Reference::new(namespace, &path))
}

fn any_json(text: impl Strategy<Value = String> + 'static) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((any_text(), inner), 0..4).prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

/// The same value with every string changed.
fn map_strings(value: &Value, change: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(change(text)),
        Value::Array(items) => items.iter().map(|item| map_strings(item, change)).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(key, field)| (key.clone(), map_strings(field, change)))
            .collect(),
        other => other.clone(),
    }
}

/// What the path leads to.
fn lookup<'a>(value: &'a Value, path: &JsonPath) -> Option<&'a Value> {
    path.steps()
        .iter()
        .try_fold(value, |value, step| match step {
            Step::Key(key) => value.get(key),
            Step::Index(index) => value.get(index),
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn an_escaped_text_means_itself(text in any_text()) {
        let template = Template::parse(&escape(&text)).unwrap();
        prop_assert_eq!(template.references().count(), 0);
        prop_assert_eq!(template.render(|_| Err(())), Ok(text));
    }

    #[test]
    fn a_text_without_a_dollar_and_a_brace_is_left_as_it_is(text in "[^{]*") {
        prop_assert_eq!(Template::parse(&text).unwrap().render(|_| Err(())), Ok(text));
    }

    #[test]
    fn any_text_is_read_or_refused_at_a_place_within_it(text in any_text()) {
        match Template::parse(&text) {
            Ok(template) => {
                let displayed = template.to_string();
                prop_assert_eq!(Template::parse(&displayed), Ok(template));
            }
            Err(error) => {
                prop_assert!(error.position <= text.chars().count() + 1);
                prop_assert!(text.contains(&error.text));
                prop_assert_eq!(error.text.get(..2), Some("${"));
            }
        }
    }

    #[test]
    fn references_between_literals_are_read_back_in_order(
        pieces in vec((any_text(), any_reference()), 0..5),
        last in any_text(),
    ) {
        let mut text: String = pieces.iter().map(|(literal, reference)| escape(literal) + &reference.to_string()).collect();
        text.push_str(&escape(&last));
        // A literal that ends in `$` turns the `${` behind it into an escape.
        prop_assume!(pieces.iter().all(|(literal, _)| !literal.ends_with('$')));
        let template = Template::parse(&text).unwrap();
        let written: Vec<&Reference> = pieces.iter().map(|(_, reference)| reference).collect();
        prop_assert_eq!(template.references().collect::<Vec<_>>(), written);
        let rendered = template.render(|reference| Ok::<_, ()>(reference.path().concat()));
        let expected: String =
            pieces.iter().map(|(literal, reference)| literal.clone() + &reference.path().concat()).collect();
        prop_assert_eq!(rendered, Ok(expected + &last));
    }

    #[test]
    fn rendering_a_value_without_references_gives_the_same_value(value in any_json(any_text())) {
        let escaped = map_strings(&value, &escape);
        prop_assert_eq!(references(&escaped), vec![]);
        prop_assert_eq!(render(&escaped, &mut resolve), Ok(value));
    }

    #[test]
    fn every_reference_of_a_value_is_written_at_its_path(value in any_json(near_references())) {
        for (path, reference) in references(&value) {
            let text = lookup(&value, &path).and_then(Value::as_str);
            prop_assert!(text.is_some_and(|text| text.contains(&reference.to_string())), "{} {}", path, reference);
        }
    }

    #[test]
    fn rendering_fails_exactly_for_what_is_malformed_or_has_no_value(value in any_json(near_references())) {
        let unknown = || Unresolved::Unknown { nearest: Vec::new() };
        let mut expected: Vec<String> = malformed(&value).iter().map(|error| error.path.to_string()).collect();
        expected.extend(references(&value).iter().map(|(path, _)| path.to_string()));
        let mut found: Vec<String> = render(&value, &mut |_| Err(unknown()))
            .map_or_else(|errors| errors.iter().map(|error| error.path.to_string()).collect(), |_| Vec::new());
        expected.sort();
        found.sort();
        prop_assert_eq!(found, expected);
    }
}
