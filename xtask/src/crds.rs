//! `cargo xtask crds`: the definitions that the chart installs, made from the types of `core/api`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::root::root;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Write nothing; fail when a file is not as the types say.
    #[arg(long)]
    check: bool,
}

/// What stands above each file, for whoever opens it.
const HEADER: &str = "# Made by `cargo xtask crds` from core/api; changes here are overwritten.\n";

pub(crate) fn run(args: &Args) -> Result<()> {
    let folder = root().join("charts/maquette/files/crds");
    let wanted = wanted()?;
    let mut different = Vec::new();
    for (name, text) in &wanted {
        if fs::read_to_string(folder.join(name)).is_ok_and(|found| found == *text) {
            continue;
        }
        different.push(name.clone());
        if !args.check {
            fs::create_dir_all(&folder)
                .with_context(|| format!("creating {}", folder.display()))?;
            fs::write(folder.join(name), text).with_context(|| format!("writing {name}"))?;
        }
    }
    for stale in files(&folder)?
        .into_iter()
        .filter(|name| !wanted.contains_key(name))
    {
        if !args.check {
            fs::remove_file(folder.join(&stale)).with_context(|| format!("removing {stale}"))?;
        }
        different.push(stale);
    }
    match (different.is_empty(), args.check) {
        (true, _) => println!("{} definitions are as the types say", wanted.len()),
        (false, false) => println!("written: {}", different.join(", ")),
        (false, true) => bail!(
            "{} in {} differ from the types in core/api; run `cargo xtask crds` and commit the result",
            different.join(", "),
            folder.display()
        ),
    }
    Ok(())
}

/// File name and text of each definition.
fn wanted() -> Result<BTreeMap<String, String>> {
    maquette_api::crds()
        .into_iter()
        .map(|crd| {
            let name = format!("{}.yaml", crd.spec.names.plural);
            // Through JSON values, whose maps are sorted: the text depends on the types alone.
            let value = serde_json::to_value(&crd)?;
            Ok((name, format!("{HEADER}{}", yaml(&value)?)))
        })
        .collect()
}

/// Descriptions stay on one line, so that a changed word changes one line.
fn yaml(value: &serde_json::Value) -> Result<String> {
    let options = serde_saphyr::ser_options! { folded_wrap_chars: usize::MAX };
    Ok(serde_saphyr::to_string_with_options(value, options)?)
}

fn files(folder: &Path) -> Result<Vec<String>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    entries
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect()
}
