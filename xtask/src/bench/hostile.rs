//! The attack suite as a table: what was tried, what stopped it, and what the host's memory and its neighbour did.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::Bench;
use super::figure::{Figure, Section, most};
use crate::attacks::{self, BEGIN, END};
use crate::cargo::cargo;
use crate::root::{root, target};
use crate::step::step;

/// Where the suite writes one file for each attack (tests/suites/tests/hostile/table.rs).
const FOLDER: &str = "MAQUETTE_HOSTILE_FOLDER";

/// Median and 99th percentile in microseconds, and how many calls.
type Latency = (f64, f64, usize);

/// One attack with a plugin of one version of the contract.
#[derive(Debug, Clone, Deserialize)]
struct Told {
    group: String,
    tried: String,
    contract: String,
    stopped: String,
    grown_kib: f64,
    alone: Latency,
    beside: Latency,
}

pub(super) fn measure(bench: &Bench<'_>) -> Result<Section> {
    let folder = target().join("xtask/hostile");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("removing the attacks of the last time")?;
    }
    fs::create_dir_all(&folder).context("making a folder for the attacks")?;
    let mut test = cargo(root(), &["test", "--locked", "--workspace"]);
    test.args(["--test", "hostile"]).env(FOLDER, &folder);
    if bench.args.release {
        test.arg("--release");
    }
    step(&bench.progress, "the attack suite", &mut test)?;
    let told = read(&folder)?;
    let rows = by_attack(&told);
    let made: BTreeSet<String> = rows.keys().map(|(_, tried)| (*tried).to_owned()).collect();
    let tested = attacks::tested()?;
    if made != tested {
        let differ: Vec<&String> = made.symmetric_difference(&tested).collect();
        bail!(
            "what the suite made is not what its source names: {differ:#?}; name an attack by a literal, as in `attack(GROUP, \"…\", …)`"
        );
    }
    write(&table(&rows))?;
    Ok(section(&told, &rows))
}

fn read(folder: &Path) -> Result<Vec<Told>> {
    let mut told = Vec::new();
    for entry in fs::read_dir(folder).context("reading the attacks")? {
        let text = fs::read_to_string(entry?.path()).context("reading an attack")?;
        told.push(serde_json::from_str(&text).with_context(|| format!("reading {text}"))?);
    }
    Ok(told)
}

/// The attacks by group and name, each with what came of it under every version of the contract.
fn by_attack(told: &[Told]) -> BTreeMap<(&str, &str), Vec<&Told>> {
    let mut rows: BTreeMap<(&str, &str), Vec<&Told>> = BTreeMap::new();
    for one in told {
        rows.entry((&one.group, &one.tried)).or_default().push(one);
    }
    rows
}

/// A Markdown table. Of several versions of the contract the worst is shown.
fn table(rows: &BTreeMap<(&str, &str), Vec<&Told>>) -> String {
    let mut text = "| attack on | tried | stopped by | operator's memory | neighbour's calls beside it: p50, p99 | alone |\n\
                    |---|---|---|---|---|---|\n"
        .to_owned();
    for ((group, tried), told) in rows {
        let stopped = told.first().map_or("", |one| &one.stopped);
        let worst = told.iter().max_by(|a, b| a.beside.1.total_cmp(&b.beside.1));
        let (beside, alone) = worst.map_or_else(Default::default, |one| (one.beside, one.alone));
        let grown = most(&told.iter().map(|one| one.grown_kib).collect::<Vec<_>>());
        text.extend([format!(
            "| {group} | {tried} | {} | +{:.1} MiB | {}, {} | {}, {} |\n",
            calmed(stopped).replace('|', "\\|"),
            grown / 1024.0,
            time(beside.0),
            time(beside.1),
            time(alone.0),
            time(alone.1),
        )]);
    }
    text
}

/// Microseconds.
fn time(value: f64) -> String {
    if value < 1000.0 {
        format!("{value:.0} µs")
    } else {
        format!("{:.1} ms", value / 1000.0)
    }
}

/// A message without what is different in every run: ports that the kernel chose, digests, fingerprints of keys.
fn calmed(text: &str) -> String {
    let mut calm = String::new();
    let mut word = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_ascii_alphanumeric() {
            word.push(c);
            continue;
        }
        let hexadecimal = word.chars().all(|c| c.is_ascii_hexdigit());
        if hexadecimal && word.len() >= 16 {
            calm.push('…');
        } else if calm.ends_with(':') && word.len() == 5 && word.parse::<u16>().is_ok() {
            calm.push_str("PORT");
        } else {
            calm.push_str(&word);
        }
        word.clear();
        calm.push(c);
    }
    calm.trim_end().to_owned()
}

fn write(table: &str) -> Result<()> {
    let path = attacks::page();
    let page = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let (before, _, after) = attacks::parts(&page)?;
    fs::write(&path, format!("{before}{BEGIN}\n\n{table}\n{END}{after}"))
        .with_context(|| format!("writing {}", path.display()))
}

fn section(told: &[Told], rows: &BTreeMap<(&str, &str), Vec<&Told>>) -> Section {
    let versions: BTreeSet<&str> = told.iter().map(|one| one.contract.as_str()).collect();
    let all = |of: fn(&Told) -> f64| most(&told.iter().map(of).collect::<Vec<_>>());
    let middle =
        |of: fn(&Told) -> f64| super::figure::median(&told.iter().map(of).collect::<Vec<_>>());
    let mut section = Section::default();
    section.add(Figure::told(
        "attacks made, and stopped",
        rows.len().to_string(),
    ));
    section.add(Figure::told(
        "most memory that one took of the host",
        format!("{:.1} MiB", all(|one| one.grown_kib) / 1024.0),
    ));
    section.add(Figure::told(
        "another provider's calls, p99 (median of all attacks)",
        format!(
            "{} beside an attack, {} alone",
            time(middle(|one| one.beside.1)),
            time(middle(|one| one.alone.1))
        ),
    ));
    section.add(Figure::told(
        "  p50 beside the worst attack",
        format!(
            "{} ({} alone)",
            time(all(|one| one.beside.0)),
            time(middle(|one| one.alone.0))
        ),
    ));
    section.add(Figure::told(
        "  p99 beside the worst attack",
        time(all(|one| one.beside.1)),
    ));
    section.note(format!(
        "Each attack is made by a plugin of every released contract ({}). An attacking call may take 64 MiB and 3 s, 0.5 s of it computing. \
         Row by row: [security](security.md#what-was-tried).",
        versions.into_iter().collect::<Vec<_>>().join(", ")
    ));
    section
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_run_to_run_is_left_out() {
        let text = "127.0.0.1:34811/team/plugin at sha256:673e9c6f75e004e6bba30c06d0ab20f2 (key dfeeee98d9925c2a), not 127.0.0.1:9";
        let calm = "127.0.0.1:PORT/team/plugin at sha256:… (key …), not 127.0.0.1:9";
        assert_eq!(calmed(text), calm);
    }

    #[test]
    fn of_several_contracts_the_worst_is_shown() {
        let told = |contract: &str, grown_kib, p99| Told {
            group: "memory".into(),
            tried: "growth".into(),
            contract: contract.into(),
            stopped: "a|b".into(),
            grown_kib,
            alone: (40.0, 60.0, 100),
            beside: (50.0, p99, 100),
        };
        let both = [
            told("since-v0.1.0", 1024.0, 2500.0),
            told("since-v0.2.0", 2048.0, 80.0),
        ];
        let rows = by_attack(&both);
        let last = table(&rows).lines().last().unwrap().to_owned();
        assert_eq!(
            last,
            "| memory | growth | a\\|b | +2.0 MiB | 50 µs, 2.5 ms | 40 µs, 60 µs |"
        );
    }
}
