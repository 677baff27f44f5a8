//! `normalize` removes every difference of representation, so that what was applied never looks changed.

use super::bench::Bench;
use crate::suite::{Outcome, keep};
use crate::{RecordSet, RecordType};

/// What is normal stays as it is.
pub(super) async fn normalizing_twice_changes_nothing(bench: &Bench) -> Outcome {
    let mut given = addresses(bench, "a");
    given.extend(aliases(bench, "b"));
    given.extend(texts(bench, "c"));
    given.extend(wildcards(bench, "d"));
    given.extend(times(bench, "e"));
    let spaces = bench.name("f").to_uppercase();
    given.push(bench.set(
        &spaces,
        RecordType::Txt,
        &["ends with two spaces  ", "  and starts with them"],
    ));
    given.retain(|set| bench.has(set.kind));
    for set in given {
        let once = bench.normalize(std::slice::from_ref(&set)).await?;
        let twice = bench.normalize(&once).await?;
        keep!(
            once == twice,
            "{set:?} is normalized to {once:?} and that to {twice:?}"
        );
    }
    Ok(())
}

/// The normal record sets come in the order of the given ones.
pub(super) async fn normalizing_keeps_the_order(bench: &Bench) -> Outcome {
    let given: Vec<RecordSet> = ["c", "a", "b"]
        .map(|label| bench.a(&bench.name(label), "192.0.2.1"))
        .into();
    let normal = bench.normalize(&given).await?;
    keep!(normal == given, "{given:?} came back as {normal:?}");
    Ok(())
}

/// Order, repetition, upper case and leading zeros of addresses are representation.
pub(super) async fn addresses_never_look_changed(bench: &Bench) -> Outcome {
    stays_as_applied(bench, addresses(bench, "a")).await
}

/// So are upper case and the final dot of an alias and its target.
pub(super) async fn aliases_never_look_changed(bench: &Bench) -> Outcome {
    stays_as_applied(bench, aliases(bench, "b")).await
}

/// Texts come back as they are: quotes, backslashes, semicolons, blanks, upper case, and more than 255 octets.
pub(super) async fn texts_never_look_changed(bench: &Bench) -> Outcome {
    stays_as_applied(bench, texts(bench, "c")).await
}

/// A wildcard keeps its asterisk.
pub(super) async fn wildcards_never_look_changed(bench: &Bench) -> Outcome {
    stays_as_applied(bench, wildcards(bench, "d")).await
}

/// What the provider makes of a time to live, `normalize` makes of it, too.
pub(super) async fn times_to_live_never_look_changed(bench: &Bench) -> Outcome {
    stays_as_applied(bench, times(bench, "e")).await
}

fn addresses(bench: &Bench, label: &str) -> Vec<RecordSet> {
    let upper = format!("{}.", bench.name(label).to_uppercase());
    vec![
        bench.set(
            &upper,
            RecordType::A,
            &["192.0.2.20", "192.0.2.3", "192.0.2.20"],
        ),
        bench.set(
            &upper,
            RecordType::Aaaa,
            &["2001:DB8:0:0::00FF", "2001:db8::1", "2001:db8:0:0:0:0:0:2"],
        ),
    ]
}

fn aliases(bench: &Bench, label: &str) -> Vec<RecordSet> {
    let lower = bench.name(label);
    let upper = format!("{}.", bench.name(&format!("{label}2")).to_uppercase());
    vec![
        bench.set(&lower, RecordType::Cname, &["Target.Example.ORG."]),
        bench.set(&upper, RecordType::Cname, &["target.example.org"]),
    ]
}

fn texts(bench: &Bench, label: &str) -> Vec<RecordSet> {
    let long = format!("v=DKIM1; k=rsa; p={}", "AbC0".repeat(150));
    [
        "v=spf1 include:example.org -all",
        "\"quoted\" and \\ backslash; semicolon",
        " blanks  around ",
        "ümlaut",
        &long,
    ]
    .iter()
    .enumerate()
    .map(|(number, text)| {
        bench.set(
            &bench.name(&format!("{label}{number}")),
            RecordType::Txt,
            &[text],
        )
    })
    .chain([bench.set(
        &bench.name(&format!("{label}s")),
        RecordType::Txt,
        &["b", "a", "B"],
    )])
    .collect()
}

fn wildcards(bench: &Bench, label: &str) -> Vec<RecordSet> {
    let name = format!("*.{}", bench.name(label));
    vec![
        bench.a(&name, "192.0.2.1"),
        bench.set(&name, RecordType::Txt, &["text"]),
    ]
}

fn times(bench: &Bench, label: &str) -> Vec<RecordSet> {
    [1, 30, 61, 299, 3_600, 86_400, 604_801]
        .into_iter()
        .map(|ttl| RecordSet {
            ttl,
            ..bench.a(&bench.name(&format!("{label}{ttl}")), "192.0.2.1")
        })
        .collect()
}

/// Creates each record set as a user writes it: what is observed is what `normalize` promised, and is normal itself.
async fn stays_as_applied(bench: &Bench, mut given: Vec<RecordSet>) -> Outcome {
    given.retain(|set| bench.has(set.kind));
    for set in given {
        let normal = bench.normalize(std::slice::from_ref(&set)).await?;
        let Some(normal) = normal.first() else {
            continue;
        };
        let found = bench
            .given_as(set.clone(), &normal.name, &bench.ours())
            .await?;
        keep!(
            found.records == *normal,
            "{set:?} is normalized to {normal:?} and observed as {:?}",
            found.records
        );
    }
    Ok(())
}
