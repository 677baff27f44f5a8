//! `cargo xtask release`: publishes the shipped plugins, the operator's image and the chart.
//!
//! | file | does |
//! |---|---|
//! | `plan` | what there is to publish, and under which names: pure |
//! | `publish` | pushes, attaches and signs with the `maquette` command |
//! | `image` | the operator's image in one file |
//! | `chart` | packages and pushes the chart with helm |
//! | `origin` | what provenance says of a release |
//! | `report` | what was published: pure |

mod chart;
mod image;
mod origin;
mod plan;
mod publish;
mod report;

use std::path::PathBuf;

use anyhow::Result;
use maquette_harness::progress::Progress;

use plan::Place;
use report::Report;

/// What is released, and where to.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  cargo xtask release --registry ghcr.io/maquette-dev --dry-run
  COSIGN_PASSWORD=… cargo xtask release --registry ghcr.io/maquette-dev --key cosign.key
  cargo xtask release --registry 127.0.0.1:5000/try --only powerdns --only chart --output json")]
pub(crate) struct Args {
    /// Where to: HOST[:PORT] or HOST[:PORT]/PREFIX. Plugins go to PREFIX/NAME, the image to PREFIX/maquette-operator, the chart to
    /// PREFIX/charts/maquette.
    #[arg(long, value_name = "HOST[/PREFIX]")]
    registry: Place,
    /// Signs with this private key: one of `cosign generate-key-pair`, with its password in `COSIGN_PASSWORD`, or PKCS #8 in PEM.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Says what would be published, and does nothing.
    #[arg(long)]
    dry_run: bool,
    /// Only this: the name of a plugin, `operator` or `chart`. Repeatable.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// The operator's program, instead of building it.
    #[arg(long, value_name = "FILE")]
    operator_program: Option<PathBuf>,
    /// Speaks to the registry without TLS. Loopback addresses always are.
    #[arg(long)]
    plain_http: bool,
    /// How the digests are printed.
    #[arg(long, short, value_enum, default_value_t = Format::Text)]
    output: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A table.
    Text,
    /// One JSON document.
    Json,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let progress = Progress::new();
    let items = plan::items(&args.registry, &args.only)?;
    let report = if args.dry_run {
        Report::planned(&items)
    } else {
        publish::all(args, &items, &progress)?
    };
    match args.output {
        Format::Text => print!("{}", report.text()),
        Format::Json => println!("{}", serde_json::to_string_pretty(&report)?),
    }
    Ok(())
}
