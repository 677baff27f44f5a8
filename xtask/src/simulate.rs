//! `cargo xtask simulate`: runs of the whole operator from seeds, and the mutations that they find.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command as Process,
};

use anyhow::{Context as _, Result, bail, ensure};
use clap::Subcommand;

use crate::cargo::cargo;
use crate::root::{root, target};

/// Where the mutations are.
const MUTATIONS: &str = "tests/simulation/mutations";

/// Runs of the simulation.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run many seeds. The first that breaks a rule is shrunk and told.
    Seeds {
        /// Number of seeds.
        #[arg(default_value_t = 5000)]
        count: u64,
        /// First seed.
        #[arg(long, default_value_t = 0)]
        first: u64,
    },
    /// Run one seed and print what happens.
    Seed {
        /// The seed.
        seed: u64,
        /// Positions of the steps of its script that are performed, for example `0,3`. Omitted: all.
        #[arg(long)]
        keep: Option<String>,
    },
    /// Bring back each fault of tests/simulation/mutations, and check that its seed finds it.
    Mutations {
        /// Names of mutations. Omitted: all.
        names: Vec<String>,
        /// Look for a seed among so many, and write it into the patch.
        #[arg(long)]
        search: Option<u64>,
    },
}

pub(crate) fn run(command: &Command) -> Result<()> {
    match command {
        Command::Seeds { count, first } => {
            let mut test = simulation(root(), "every_seed");
            test.env("MAQUETTE_SIMULATION_SEEDS", count.to_string())
                .env("MAQUETTE_SIMULATION_FIRST", first.to_string());
            let done = test.status().context("cargo cannot be started")?;
            ensure!(done.success(), "a seed breaks a rule");
            Ok(())
        }
        Command::Seed { seed, keep } => {
            let mut test = simulation(root(), "one_seed");
            test.env("MAQUETTE_SIMULATION_SEED", seed.to_string());
            if let Some(keep) = keep {
                test.env("MAQUETTE_SIMULATION_KEEP", keep);
            }
            let done = test.status().context("cargo cannot be started")?;
            ensure!(done.success(), "seed {seed} breaks a rule");
            Ok(())
        }
        Command::Mutations { names, search } => mutations(names, *search),
    }
}

fn simulation(folder: &Path, test: &str) -> Process {
    let arguments = [
        "test",
        "--quiet",
        "--workspace",
        "--test",
        "simulation",
        test,
        "--",
        "--nocapture",
    ];
    let mut command = cargo(folder, &arguments);
    command
        .env("RUST_BACKTRACE", "0")
        .env("CARGO_TARGET_DIR", target());
    command
}

/// A fault that can be brought back.
struct Mutation {
    name: String,
    path: PathBuf,
    /// The rule that finds it.
    rule: String,
    /// The seed that finds it.
    seed: Option<u64>,
}

impl Mutation {
    fn read(path: PathBuf) -> Result<Self> {
        let text = fs::read_to_string(&path)?;
        let field = |name: &str| {
            let mut lines = text.lines().take_while(|line| !line.starts_with("diff "));
            lines.find_map(|line| {
                line.strip_prefix(name)?
                    .strip_prefix(": ")
                    .map(ToOwned::to_owned)
            })
        };
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Ok(Self {
            rule: field("Rule").with_context(|| format!("{name}: `Rule:` is missing"))?,
            seed: field("Seed").and_then(|seed| seed.parse().ok()),
            name,
            path,
        })
    }

    fn set_seed(&self, seed: u64) -> Result<()> {
        let text = fs::read_to_string(&self.path)?;
        let lines = text.lines().map(|line| {
            if line.starts_with("Seed:") {
                format!("Seed: {seed}")
            } else {
                line.to_owned()
            }
        });
        Ok(fs::write(
            &self.path,
            lines.collect::<Vec<_>>().join("\n") + "\n",
        )?)
    }
}

fn mutations(names: &[String], search: Option<u64>) -> Result<()> {
    let mut all = Vec::new();
    for entry in fs::read_dir(root().join(MUTATIONS))? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "patch")
        {
            all.push(Mutation::read(path)?);
        }
    }
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all.retain(|mutation| names.is_empty() || names.contains(&mutation.name));
    ensure!(!all.is_empty(), "there is no such mutation");
    // A checkout of its own: what is patched is never what is worked on.
    let tree = target().join("mutations");
    if tree.exists() {
        git(
            root(),
            &["worktree", "remove", "--force", &tree.to_string_lossy()],
        )?;
    }
    git(
        root(),
        &[
            "worktree",
            "add",
            "--force",
            "--detach",
            &tree.to_string_lossy(),
            "HEAD",
        ],
    )?;
    let mut missed = Vec::new();
    for mutation in &all {
        match try_one(&tree, mutation, search) {
            Ok(seed) => println!("{:<28} {:<10} seed {seed}", mutation.name, mutation.rule),
            Err(error) => {
                println!(
                    "{:<28} {:<10} not found: {error:#}",
                    mutation.name, mutation.rule
                );
                missed.push(mutation.name.as_str());
            }
        }
        git(&tree, &["checkout", "--quiet", "."])?;
    }
    git(
        root(),
        &["worktree", "remove", "--force", &tree.to_string_lossy()],
    )?;
    if !missed.is_empty() {
        bail!("not found: {}", missed.join(", "));
    }
    Ok(())
}

/// The seed that finds the mutation.
fn try_one(tree: &Path, mutation: &Mutation, search: Option<u64>) -> Result<u64> {
    let patch = mutation.path.to_string_lossy();
    git(tree, &["apply", "--recount", "-C1", &patch])?;
    let (mut command, seed) = match (search, mutation.seed) {
        (Some(count), _) => {
            let mut command = simulation(tree, "every_seed");
            command
                .env("MAQUETTE_SIMULATION_SEEDS", count.to_string())
                .env("MAQUETTE_SIMULATION_RULE", &mutation.rule);
            (command, None)
        }
        (None, Some(seed)) => {
            let mut command = simulation(tree, "one_seed");
            command.env("MAQUETTE_SIMULATION_SEED", seed.to_string());
            (command, Some(seed))
        }
        (None, None) => bail!("it has no seed; use --search"),
    };
    let output = command.output().context("cargo cannot be started")?;
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    let broken = format!(": rule `{}` is broken", mutation.rule);
    let line = text
        .lines()
        .find(|line| line.starts_with("seed ") && line.contains(&broken));
    let Some(line) = line else {
        let last: Vec<&str> = text.lines().rev().take(5).collect();
        bail!("{}", last.into_iter().rev().collect::<Vec<_>>().join(" | "));
    };
    let found: u64 = line
        .split([' ', ':'])
        .nth(1)
        .and_then(|seed| seed.parse().ok())
        .context("the seed cannot be read")?;
    if seed.is_none() {
        mutation.set_seed(found)?;
    }
    Ok(found)
}

fn git(folder: &Path, arguments: &[&str]) -> Result<()> {
    let output = Process::new("git")
        .current_dir(folder)
        .args(arguments)
        .output()?;
    ensure!(
        output.status.success(),
        "git {}: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(())
}
