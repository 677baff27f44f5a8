//! What came of the comparison.

use std::fmt::Write as _;
use std::time::Duration;

use super::Measured;
use crate::bench::figure::{Figure, Section, short};

pub(super) fn section(version: &str, measured: &[Measured]) -> Section {
    let mut section = Section::default();
    for one in measured {
        section.add(Figure::told(
            format!("registry → first call answered: {}", one.name),
            milliseconds(rank(&one.first, 0.5)),
        ));
    }
    for one in measured {
        section.add(
            Figure::told(
                format!("a warm call over HTTP, p50: {}", one.name),
                microseconds(rank(&one.call, 0.5)),
            )
            .with(format_args!(
                "p99 {}; HTTP alone {}",
                microseconds(rank(&one.call, 0.99)),
                microseconds(rank(&one.nothing, 0.5))
            )),
        );
    }
    section.note(table(measured));
    section.note(format!(
        "{version} beside Maquette's plugin host (example `over_http`, built for release) in one run. Both are processes that pull from the same \
         registry on this machine (plain HTTP) and are called over HTTP/1.1, one kept connection, by the same client with the same record set. \
         Maquette runs `normalize` of the PowerDNS plugin; the least policy accepts without reading what it is asked. \
         Registry → first call: from the line with which the process begins to fetch until its first answer: pull, compile, bind, listen, call; \
         the median of {} starts from an empty folder. Over what it kept: the same start with the folder that the first one left: Maquette asks the registry for the \
         tag and has its compiled code, policy-server has the module and compiles it again. What policy-server does before it fetches (trying Sigstore's trust root and Kubernetes) is not counted.",
        measured.first().map_or(0, |one| one.first.len()),
    ));
    section.note(
        "Maquette compiles in a process of its own that it starts for that, policy-server in its own. Warm calls: policy-server logs warnings only, its defaults else \
         (a new instance for each call, as in Maquette; epoch interruption). HTTP alone: the round trip of a request that reaches no plugin (`GET /`) or policy (`GET /readiness`) in the same \
         process. Memory: proportional set size after 1,500 calls, while no other process of the program runs. Neither reaches the internet here: [Beside Kubewarden's policy-server](kubewarden.md) says why that one is measured without verification.",
    );
    section
}

fn table(measured: &[Measured]) -> String {
    let mut text = "| system | size pulled | registry → first call | over what it kept | call p50 | p99 | HTTP alone p50 | p99 | memory |\n\
                    |---|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    for one in measured {
        let _ = writeln!(
            text,
            "| {} | {} KiB | {} | {} | {} | {} | {} | {} | {} MiB |",
            one.name,
            short(kibi(one.size as u64)),
            milliseconds(rank(&one.first, 0.5)),
            milliseconds(rank(&one.again, 0.5)),
            microseconds(rank(&one.call, 0.5)),
            microseconds(rank(&one.call, 0.99)),
            microseconds(rank(&one.nothing, 0.5)),
            microseconds(rank(&one.nothing, 0.99)),
            short((kibi(one.memory) / 102.4).round() / 10.0),
        );
    }
    text.trim_end().to_owned()
}

#[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
fn kibi(bytes: u64) -> f64 {
    bytes as f64 / 1024.0
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}

fn microseconds(duration: Duration) -> String {
    format!("{:.0} µs", duration.as_secs_f64() * 1e6)
}

/// The one below which this share of all lies; of an even number the lower of the two in the middle.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a rank"
)]
fn rank(durations: &[Duration], share: f64) -> Duration {
    let mut sorted = durations.to_vec();
    sorted.sort();
    let rank = (sorted.len().saturating_sub(1) as f64 * share) as usize;
    sorted.get(rank).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_has_a_row_with_medians_and_memory() {
        let milliseconds = |values: &[u64]| -> Vec<Duration> {
            let values = values.iter().copied();
            values.map(Duration::from_millis).collect()
        };
        let one = Measured {
            name: "a system".to_owned(),
            size: 2048,
            first: milliseconds(&[30, 10, 20]),
            again: milliseconds(&[5]),
            call: milliseconds(&[1, 2, 3]),
            nothing: milliseconds(&[1]),
            memory: 3 << 19,
        };
        assert_eq!(
            table(&[one]).lines().nth(2).unwrap(),
            "| a system | 2 KiB | 20.0 ms | 5.0 ms | 2000 µs | 2000 µs | 1000 µs | 1000 µs | 1.5 MiB |"
        );
    }
}
