//! `cargo xtask bench`: the figures of the project, measured on real servers. A benchmark, no test: it fails when it
//! cannot measure, never because a figure misses its goal.
//!
//! Each measurement is a file of this folder with one `measure` function. The parts that they share: [`field`] is the
//! control plane with the operator on it, [`audit`] counts its requests, [`counters`] reads its metrics, [`census`] waits
//! for objects, [`wave`] creates and deletes many workspaces at once.

mod audit;
mod book;
mod call;
mod census;
mod counters;
mod demo;
mod failing;
mod field;
mod figure;
mod guests;
mod hostile;
mod kubewarden;
mod life;
mod machine;
mod memory;
mod plugins;
mod reconciles;
mod scale;
mod size;
mod start;
mod thousand;
mod wave;
mod workspaces;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use maquette_harness::progress::Progress;

use crate::binaries::{self, Binaries};
use crate::cargo::cargo;
use crate::root::{root, target};
use crate::step::step;
use figure::Section;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// What to measure; everything where nothing is named.
    #[arg(value_enum)]
    names: Vec<Name>,
    /// Build the operator as it is shipped. Without it times and memory are those of a debug build; counts are the same.
    #[arg(long)]
    release: bool,
    /// Measure this program of the operator instead of one that is built now.
    #[arg(long, value_name = "FILE")]
    operator: Option<PathBuf>,
    /// Also write the figures to this file as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// How many workspaces `life` makes and deletes, and how often `demo` brings the shop up.
    #[arg(long)]
    runs: Option<u32>,
    /// Kubewarden's policy-server, for `kubewarden`.
    #[arg(long, value_name = "FILE")]
    policy_server: Option<PathBuf>,
    /// A policy (waPC) that `kubewarden` measures beside the one that it makes itself.
    #[arg(long, value_name = "FILE")]
    policy: Vec<PathBuf>,
    /// For how long `scale` watches the operator at rest, and `failing` an operator whose provider fails; 120 s and 300 s
    /// where nothing is given.
    #[arg(long, value_name = "SECONDS")]
    rest: Option<u64>,
}

/// A measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Name {
    /// What one plugin call costs beside the work itself.
    Call,
    /// From the process' start to complete caches and a Provider that is Ready, from cached plugins.
    Start,
    /// Requests and reconciles of one workspace's life, many times over.
    Life,
    /// 200 workspaces of mixed shapes, Ready and deleted; 200 without and 200 with route and record, 200 records, and then
    /// rest.
    Scale,
    /// 1,000 workspaces at once, and the CPU time of a new one among 1,000 relative to one among 100.
    Thousand,
    /// 1,000 records whose provider fails: status writes and calls.
    Failing,
    /// Memory of the operator at 0, 200 and 1,000 workspaces.
    Memory,
    /// Size of the operator's image and of the plugin.
    Size,
    /// The shop of examples/ on the real cluster, against the readiness of its pods.
    Demo,
    /// The attack suite, into docs/security.md: what stopped each attack, and what it cost the others.
    Hostile,
    /// Plugins in every language: size, cold start, calls, memory; and a crowd with a hostile one in it.
    Plugins,
    /// The plugin host beside Kubewarden's policy-server, which --policy-server names.
    Kubewarden,
}

impl Name {
    /// Whether it is measured without the operator's program and without the command.
    fn needs_no_operator(self) -> bool {
        matches!(self, Self::Hostile | Self::Plugins | Self::Kubewarden)
    }

    /// As it is typed.
    fn text(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

/// What measurements are made with.
struct Bench<'a> {
    args: &'a Args,
    binaries: Binaries,
    operator: PathBuf,
    progress: Progress,
}

impl<'a> Bench<'a> {
    fn start(args: &'a Args, names: &[Name]) -> Result<Self> {
        let progress = Progress::new();
        if names.iter().all(|name| name.needs_no_operator()) {
            return Ok(Self {
                args,
                binaries: Binaries::unbuilt(),
                operator: PathBuf::new(),
                progress,
            });
        }
        Ok(Self {
            args,
            binaries: binaries::build(&progress, args.operator.is_none())?,
            operator: match &args.operator {
                Some(program) => program
                    .canonicalize()
                    .with_context(|| format!("--operator {}", program.display()))?,
                None => operator(args.release, &progress)?,
            },
            progress,
        })
    }

    fn runs(&self, default: u32) -> u32 {
        self.args.runs.unwrap_or(default).max(1)
    }

    fn profile(&self) -> &'static str {
        if self.args.release {
            "release"
        } else {
            "debug"
        }
    }

    fn rest(&self, default: Duration) -> Duration {
        self.args.rest.map_or(default, Duration::from_secs)
    }

    async fn measure(&self, name: Name) -> Result<Section> {
        match name {
            Name::Call => call::measure(self),
            Name::Start => start::measure(self).await,
            Name::Life => life::measure(self).await,
            Name::Scale => scale::measure(self).await,
            Name::Thousand => thousand::measure(self).await,
            Name::Failing => failing::measure(self).await,
            Name::Memory => memory::measure(self).await,
            Name::Size => size::measure(self).await,
            Name::Demo => demo::measure(self).await,
            Name::Hostile => hostile::measure(self),
            Name::Plugins => plugins::measure(self),
            Name::Kubewarden => kubewarden::measure(self).await,
        }
    }
}

pub(crate) async fn run(args: &Args) -> Result<()> {
    let names = names(args);
    let bench = Bench::start(args, &names)?;
    let mut sections = Vec::new();
    for name in &names {
        let section = bench
            .measure(*name)
            .await
            .with_context(|| format!("measuring `{}`", name.text()))?;
        println!("\n{section}");
        let command = command(*name, args);
        book::keep(&name.text(), &command, bench.profile(), &section)?;
        sections.push((name.text(), section));
    }
    if let Some(path) = &args.json {
        write_json(path, bench.profile(), &sections)?;
    }
    Ok(())
}

/// What is measured; everything means what can be measured with what is named.
fn names(args: &Args) -> Vec<Name> {
    if !args.names.is_empty() {
        return args.names.clone();
    }
    let all = <Name as clap::ValueEnum>::value_variants().iter().copied();
    all.filter(|name| *name != Name::Kubewarden || args.policy_server.is_some())
        .collect()
}

/// The command that makes one measurement again.
fn command(name: Name, args: &Args) -> String {
    let release = if args.release { " --release" } else { "" };
    let runs = match (name, args.runs) {
        (Name::Life | Name::Demo, Some(runs)) => format!(" --runs {runs}"),
        (Name::Kubewarden, _) => kubewarden::arguments(args),
        _ => String::new(),
    };
    let rest = match (name, args.rest) {
        (Name::Scale | Name::Failing, Some(rest)) => format!(" --rest {rest}"),
        _ => String::new(),
    };
    format!("cargo xtask bench {}{release}{runs}{rest}", name.text())
}

/// The operator's program in the wanted profile.
fn operator(release: bool, progress: &Progress) -> Result<PathBuf> {
    let name = "maquette-operator";
    if !release {
        return Ok(target().join("debug").join(name));
    }
    let arguments = ["build", "--locked", "--release", "--package", name];
    step(
        progress,
        "build the operator for release",
        &mut cargo(root(), &arguments),
    )?;
    Ok(target().join("release").join(name))
}

fn write_json(path: &Path, profile: &str, sections: &[(String, Section)]) -> Result<()> {
    let figures: serde_json::Map<_, _> = sections
        .iter()
        .map(|(name, section)| (name.clone(), serde_json::json!(section)))
        .collect();
    let document =
        serde_json::json!({"machine": machine::describe(), "profile": profile, "figures": figures});
    std::fs::write(path, format!("{document:#}\n"))
        .with_context(|| format!("writing {}", path.display()))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Bench {
        #[command(flatten)]
        args: Args,
    }

    fn args(text: &str) -> Args {
        Bench::parse_from(text.split(' ')).args
    }

    #[test]
    fn everything_has_policy_server_in_it_only_where_its_program_is_named() {
        assert!(!names(&args("bench")).contains(&Name::Kubewarden));
        assert!(names(&args("bench --policy-server p")).contains(&Name::Kubewarden));
        assert_eq!(names(&args("bench kubewarden")), [Name::Kubewarden]);
    }

    #[test]
    fn the_command_names_files_without_their_folders() {
        let args =
            args("bench kubewarden --policy-server /a/ps --policy /b/x.wasm --policy y.wasm");
        assert_eq!(
            command(Name::Kubewarden, &args),
            "cargo xtask bench kubewarden --policy-server ps --policy x.wasm --policy y.wasm"
        );
        assert_eq!(command(Name::Call, &args), "cargo xtask bench call");
    }

    #[test]
    fn the_command_names_a_span_that_was_given() {
        let given = args("bench failing --rest 60");
        assert_eq!(
            command(Name::Failing, &given),
            "cargo xtask bench failing --rest 60"
        );
        assert_eq!(command(Name::Life, &given), "cargo xtask bench life");
        assert_eq!(
            command(Name::Scale, &args("bench")),
            "cargo xtask bench scale"
        );
    }
}
