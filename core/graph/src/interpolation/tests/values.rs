//! References in the strings of a JSON value.

use super::*;

fn at(steps: &[&str]) -> JsonPath {
    steps
        .iter()
        .fold(JsonPath::root(), |path, step| match step.parse() {
            Ok(index) => path.index(index),
            Err(_) => path.key(step),
        })
}

#[test]
fn references_are_found_in_every_string_with_the_field_that_holds_them() {
    let template = json!({
        "containers": [
            {"name": "web", "image": "${component::myapp}", "ports": [{"containerPort": 80}], "tty": true, "x": null},
            {"env": [{"value": "none"}, {"value": "${components::mysql.host}:${components::mysql.port}"}]},
        ],
        "${key::is}": "literal",
        "broken": "${component::b} ${components::}",
    });
    let env = at(&["containers", "1", "env", "1", "value"]);
    assert_eq!(
        references(&template),
        [
            (
                at(&["containers", "0", "image"]),
                reference("component", "myapp")
            ),
            (env.clone(), reference("components", "mysql.host")),
            (env, reference("components", "mysql.port")),
        ]
    );
    assert_eq!(
        references(&json!("${component::b}")),
        [(JsonPath::root(), reference("component", "b"))]
    );
}

#[test]
fn malformed_lists_the_first_malformed_reference_of_every_string() {
    let template = json!({"a": ["${component::}${component::}", "fine ${component::y}", 3], "b": "${component::"});
    let error = |path: &[&str], error: Malformed| InterpolationError {
        path: at(path),
        reference: error.text.clone(),
        reason: Reason::Malformed(error),
    };
    assert_eq!(
        malformed(&template),
        [
            error(
                &["a", "0"],
                malformed_at(
                    14,
                    "${component::}${component::}",
                    MalformedReason::EmptySegment
                )
            ),
            error(
                &["b"],
                malformed_at(14, "${component::", MalformedReason::Unclosed)
            ),
        ]
    );
}

#[test]
fn rendering_replaces_references_and_leaves_everything_else() {
    let template = json!({
        "args": ["${components::mysql.port}", "${HOME}", "${SHA::7}", "$${component::b}", "p=${components::mysql.port};"],
        "${components::mysql.port}": [1, 2.5, true, null, {}, []],
    });
    let expected = json!({
        "args": ["3306", "${HOME}", "${SHA::7}", "${component::b}", "p=3306;"],
        "${components::mysql.port}": [1, 2.5, true, null, {}, []],
    });
    assert_eq!(render(&template, &mut resolve), Ok(expected));
}

#[test]
fn a_value_that_looks_like_a_reference_is_not_resolved_again() {
    let mut asked = Vec::new();
    let rendered = render(&json!("${component::b}"), &mut |reference| {
        asked.push(reference.to_string());
        Ok("$${ ${c::d}".to_owned())
    });
    assert_eq!(rendered, Ok(json!("$${ ${c::d}")));
    assert_eq!(asked, ["${component::b}"]);
}

#[test]
fn rendering_reports_everything_that_is_wrong_with_its_field() {
    let template = json!({
        "env": ["${components::mysqll.port} ${components::redis.port}", "${components::mysql.port}"],
        "host": "${components::}",
    });
    let errors = render(&template, &mut resolve).unwrap_err();
    let nearest = vec!["mysql".to_owned(), "redis".to_owned()];
    let malformed = malformed_at(15, "${components::}", MalformedReason::EmptySegment);
    assert_eq!(
        errors,
        [
            InterpolationError {
                path: at(&["env", "0"]),
                reference: "${components::mysqll.port}".to_owned(),
                reason: Reason::Unresolved(Unresolved::Unknown { nearest }),
            },
            InterpolationError {
                path: at(&["env", "0"]),
                reference: "${components::redis.port}".to_owned(),
                reason: Reason::Unresolved(Unresolved::NotYet {
                    waiting_for: "`redis` is not started".to_owned()
                }),
            },
            InterpolationError {
                path: at(&["host"]),
                reference: "${components::}".to_owned(),
                reason: Reason::Malformed(malformed),
            },
        ]
    );
    assert_eq!(
        errors
            .iter()
            .map(InterpolationError::is_not_yet)
            .collect::<Vec<_>>(),
        [false, true, false]
    );
    assert_eq!(
        errors.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "env[0]: `${components::mysqll.port}` refers to something that does not exist; nearest: `mysql`, `redis`",
            "env[0]: `${components::redis.port}` has no value yet: `redis` is not started",
            "host: `${components::}` is malformed: a segment of the path is empty at character 15; \
             write `$${` if a literal `${` is meant",
        ]
    );
}

#[test]
fn errors_of_a_bare_string_name_no_field() {
    let error = |text: &str| render(&json!(text), &mut resolve).unwrap_err()[0].to_string();
    assert_eq!(
        [error("${component::b\n}"), error("${component::b")],
        [
            "`${component::b\n}` is malformed: `\\n` cannot stand in a path at character 15; \
             write `$${` if a literal `${` is meant",
            "`${component::b` is malformed: the closing `}` is missing at character 15; \
             write `$${` if a literal `${` is meant",
        ]
    );
}
