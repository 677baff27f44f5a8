//! Pushes, attaches and signs with the `maquette` command, as a plugin's author would.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use maquette_harness::progress::Progress;
use serde_json::{Value, json};

use super::origin::{self, Checkout};
use super::plan::{Item, Kind};
use super::report::{Report, Row};
use super::{Args, chart, image};
use crate::binaries::{self, Binaries};
use crate::plugin;
use crate::root::root;
use crate::step::step;

/// Everything that the work needs.
struct Work<'a> {
    args: &'a Args,
    binaries: Binaries,
    checkout: Checkout,
    /// For files that are gone afterwards.
    folder: PathBuf,
    progress: &'a Progress,
}

/// Publishes each thing.
///
/// # Errors
/// What cannot be built, pushed or signed. What was published before stays; the next run goes on there.
pub(super) fn all(args: &Args, items: &[Item], progress: &Progress) -> Result<Report> {
    let folder = tempfile::tempdir().context("making a temporary folder")?;
    let work = Work {
        args,
        binaries: binaries::build(progress, false)?,
        checkout: Checkout::look(),
        folder: folder.path().to_owned(),
        progress,
    };
    if work.checkout.is_changed {
        progress.say("files differ from the commit; provenance says so");
    }
    if args.key.is_none() {
        progress.say("nothing is signed: there is no --key");
    }
    let mut rows = Vec::new();
    for item in items {
        let row = match item.kind {
            Kind::Plugin => work.plugin(item),
            Kind::Image => work.image(item),
            Kind::Chart => work.chart(item),
        };
        rows.push(row.with_context(|| format!("publishing {}", item.reference()))?);
    }
    Ok(Report {
        published: true,
        items: rows,
    })
}

impl Work<'_> {
    fn plugin(&self, item: &Item) -> Result<Row> {
        let name = &item.name;
        let file = plugin::component(name, &self.binaries, self.progress)?;
        let mut push = self.maquette("push", &file);
        push.arg(item.reference());
        push.args([
            "--sbom",
            "--provenance",
            "--crate",
            &format!("plugins/{name}"),
        ]);
        self.key(&mut push);
        let pushed = self.answer(&format!("maquette plugin push {name}"), &mut push)?;
        let new = is_new(&pushed);
        self.row(item, &pushed, &pushed, new)
    }

    fn image(&self, item: &Item) -> Result<Row> {
        let program = match &self.args.operator_program {
            Some(program) => program.clone(),
            None => image::program(self.progress)?,
        };
        let file = image::layout(&program, &item.version, &self.folder)?;
        let mut load = self.maquette("load", &file.display().to_string());
        load.arg(item.reference());
        let pushed = self.answer("push the operator's image", &mut load)?;
        let parameters = json!({
            "command": "cargo xtask release", "package": "maquette-operator", "profile": "release",
            "builtBefore": self.args.operator_program.is_some(),
        });
        let triple = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
        let sbom = ["--crate", "core/operator", "--target", &triple].map(str::to_owned);
        self.beside(item, &pushed, &sbom, &parameters, "Cargo.lock")
    }

    fn chart(&self, item: &Item) -> Result<Row> {
        let at = self.checkout.committed_at;
        let plain_http = self.args.plain_http || self.args.registry.is_loopback();
        let pushed = chart::publish(item, plain_http, at, &self.folder, self.progress)?;
        let file = self.folder.join("chart-sbom.json");
        let sbom = origin::chart_sbom(&item.version, &pushed.archive);
        std::fs::write(&file, sbom.to_string())?;
        let parameters = json!({ "command": "cargo xtask release", "chart": "charts/maquette" });
        let sbom = ["--sbom".to_owned(), file.display().to_string()];
        let answer = json!({ "digest": pushed.digest, "new": pushed.new });
        self.beside(
            item,
            &answer,
            &sbom,
            &parameters,
            "charts/maquette/Chart.yaml",
        )
    }

    /// Attaches both documents to what was pushed, and signs it.
    fn beside(
        &self,
        item: &Item,
        pushed: &Value,
        sbom: &[String],
        parameters: &Value,
        used: &str,
    ) -> Result<Row> {
        let file = self.folder.join(format!("{}-provenance.json", item.name));
        let predicate = origin::predicate(&self.checkout, parameters, &[Path::new(used)]);
        std::fs::write(&file, predicate.to_string())?;
        // By digest: nothing else is signed than what was pushed here, whatever becomes of the tag.
        let reference = format!("{}@{}", item.repository, text(pushed, "digest")?);
        let mut attach = self.maquette("attach", &reference);
        attach.args(sbom).arg("--provenance").arg(&file);
        self.key(&mut attach);
        let attached = self.answer(
            &format!("maquette plugin attach {}", item.name),
            &mut attach,
        )?;
        let mut signed = json!({});
        if self.args.key.is_some() {
            let mut sign = self.maquette("sign", &reference);
            self.key(&mut sign);
            signed = self.answer(&format!("maquette plugin sign {}", item.name), &mut sign)?;
        }
        let new = [pushed, &attached, &signed].into_iter().any(is_new);
        let mut answer = attached;
        if let (Some(fields), Some(signer)) = (answer.as_object_mut(), signed.get("signer")) {
            fields.insert("signer".to_owned(), signer.clone());
        }
        self.row(item, pushed, &answer, new)
    }

    fn row(&self, item: &Item, pushed: &Value, beside: &Value, new: bool) -> Result<Row> {
        let row = Row {
            kind: item.kind,
            name: item.name.clone(),
            reference: item.reference(),
            digest: Some(text(pushed, "digest")?),
            attached: serde_json::from_value(beside.get("attached").cloned().unwrap_or_default())
                .context("reading what was attached")?,
            signed_by: beside
                .get("signer")
                .and_then(Value::as_str)
                .map(str::to_owned),
            new,
        };
        let news = if new {
            "published"
        } else {
            "was there already"
        };
        self.progress.say(format_args!("{} {news}", row.reference));
        Ok(row)
    }

    fn maquette(&self, action: &str, what: &str) -> Command {
        let mut command = plugin::maquette(&self.binaries);
        command.args([action, what]);
        if self.args.plain_http {
            command.arg("--plain-http");
        }
        command
    }

    fn key(&self, command: &mut Command) {
        if let Some(key) = &self.args.key {
            // The command runs at the root of the checkout.
            let key = std::path::absolute(key).unwrap_or_else(|_| key.clone());
            command.arg("--key").arg(key);
        }
    }

    fn answer(&self, what: &str, command: &mut Command) -> Result<Value> {
        plugin::answer(&step(self.progress, what, command.current_dir(root()))?)
    }
}

fn is_new(answer: &Value) -> bool {
    answer.get("new").and_then(Value::as_bool) == Some(true)
}

fn text(answer: &Value, field: &str) -> Result<String> {
    let found = answer.get(field).and_then(Value::as_str);
    found
        .map(str::to_owned)
        .with_context(|| format!("the command's answer has no {field}: {answer}"))
}
