//! `maquette plugin test`: the conformance kit.

mod contents;
mod forge;
mod memory;
mod other_writer;

use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use maquette_conformance::{Kit, Row, Subject, Verdict, rules};

use super::given::{credential, text_or_file};
use super::source;
use crate::command::{self, WrongUse};
use crate::output::Output;
use memory::Memory;
use other_writer::Program;

/// Runs every rule and prints the report.
pub(crate) async fn test(arguments: command::Test, output: Output) -> anyhow::Result<()> {
    if arguments.list {
        return list(output);
    }
    let file = arguments.file.clone().unwrap_or_default();
    let subject = subject(&file, &arguments).map_err(WrongUse)?;
    let exported = maquette_host::inspect(&source::read(&file)?)?.interfaces();
    let applies = |interface: &str| {
        let start = format!("maquette:{interface}/{interface}@");
        exported.iter().any(|name| name.starts_with(&start))
    };
    let memory;
    let subject = if arguments.memory {
        memory = Memory::start(applies).await?;
        memory.given_to(subject)
    } else {
        subject
    };
    output.progress(&format!("Loading {}", file.display()));
    let kit = Kit::load(&subject).await?;
    let wanted = |rule: &str| {
        arguments.only.is_empty() || arguments.only.iter().any(|text| rule.contains(text))
    };
    let all = rules();
    let total = all
        .iter()
        .filter(|(interface, rule)| applies(interface) && wanted(rule))
        .count();
    let mut done = 0;
    let told = |row: &Row| {
        done += 1;
        output.progress(&format!(
            "[{done}/{total}] {}: {}",
            row.rule,
            word(&row.verdict)
        ));
    };
    let report = kit.run(&subject, wanted, told).await?;
    if report.rows.is_empty() {
        bail!(
            "no rule was tried: {}; `maquette plugin test --list` names all rules",
            if all.iter().any(|(interface, _)| applies(interface)) {
                "--only selects none"
            } else {
                "the kit has none for the interfaces of this plugin"
            }
        );
    }
    output.result(&report, || report.text())?;
    ensure!(
        report.is_conformant(),
        "{} rules are broken or were not shown; see the report",
        report.failed().count()
    );
    Ok(())
}

fn list(output: Output) -> anyhow::Result<()> {
    let all = rules();
    let json: Vec<_> = all
        .iter()
        .map(|(interface, rule)| serde_json::json!({ "interface": interface, "rule": rule }))
        .collect();
    output.result(&json, || {
        let lines = all
            .iter()
            .map(|(interface, rule)| format!("{interface:<9}{rule}"));
        lines.collect::<Vec<_>>().join("\n")
    })
}

/// The plugin with everything that the command line gives.
fn subject(file: &Path, arguments: &command::Test) -> anyhow::Result<Subject> {
    let config = text_or_file(&arguments.config)?;
    let mut subject = Subject::new(source::read(file)?)
        .with_config(serde_json::from_str(&config).context("--config is not JSON")?);
    for text in &arguments.credential {
        let (name, value) = credential("--credential", text)?;
        subject = subject.with_credential(&name, &value);
    }
    for text in &arguments.wrong_credential {
        let (name, value) = credential("--wrong-credential", text)?;
        subject = subject.with_wrong_credential(&name, &value);
    }
    for url in &arguments.egress {
        subject = subject.with_egress(url.parse().context("--egress")?);
    }
    for range in &arguments.egress_cidr {
        subject = subject.with_egress_cidr(*range);
    }
    for request in &arguments.read {
        subject = subject.with_read(request);
    }
    for text in &arguments.unsupported {
        let (rule, why) = text
            .split_once('=')
            .with_context(|| format!("--unsupported `{text}`: write RULE=WHY"))?;
        subject = subject.unsupported(rule, why);
    }
    if let Some(path) = &arguments.ca {
        subject = subject.with_ca_pem(source::read(path)?);
    }
    if let Some(zone) = &arguments.zone {
        subject = subject.with_zone(zone).with_many(arguments.many);
    }
    if let Some(program) = &arguments.other_writer {
        subject = subject.with_other_writer(Program::new(program.clone()));
    }
    if let Some(path) = &arguments.contents {
        subject = subject.with_registry(contents::read(path, arguments.pusher.as_ref())?);
    }
    if let Some(path) = &arguments.builds {
        subject = subject.with_builder(document("--builds", path)?);
    }
    if let Some(path) = &arguments.engine {
        subject = subject.with_engine(document("--engine", path)?);
    }
    if let Some(path) = &arguments.forge {
        subject = subject.with_source(forge::read(path, arguments.forge_hand.as_ref())?);
    }
    for pointer in &arguments.server_at {
        subject = subject.with_server_at(pointer);
    }
    Ok(subject)
}

/// What a file says, as JSON.
fn document<T: serde::de::DeserializeOwned>(option: &str, path: &Path) -> anyhow::Result<T> {
    serde_json::from_slice(&source::read(path)?)
        .with_context(|| format!("{option}: {} is not what it should be", path.display()))
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Kept => "kept",
        Verdict::Broken(_) => "BROKEN",
        Verdict::NotShown(_) => "NOT SHOWN",
        Verdict::Unsupported(_) => "not supported (declared)",
    }
}
