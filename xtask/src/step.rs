//! One command of a longer piece of work: says what it does and for how long, and keeps all of its output in a file.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use maquette_harness::progress::Progress;

use crate::root::target;

/// How often a command that goes on says what it does.
const BEAT: Duration = Duration::from_secs(10);
/// How many of its last lines are shown when it fails.
const TAIL: usize = 40;

/// A command that ended, well or not.
pub(crate) struct Ended {
    /// Both streams in the order in which they arrived, which between the two is the readers' and not the command's.
    pub(crate) lines: Vec<String>,
    /// The standard output alone: what the command answered, without what it said on the way.
    pub(crate) answer: Vec<String>,
    pub(crate) success: bool,
    /// Where the lines are kept.
    pub(crate) log: PathBuf,
}

/// Runs a command and fails unless it succeeds; the error shows its last lines and names the file with all of them.
pub(crate) fn step(progress: &Progress, what: &str, command: &mut Command) -> Result<Ended> {
    let ended = attempt(progress, what, command)?;
    if ended.success {
        return Ok(ended);
    }
    bail!(
        "{what} failed; its last lines:\n{}\nall of its output: {}",
        tail(&ended.lines),
        ended.log.display()
    )
}

/// Runs a command to its end.
pub(crate) fn attempt(progress: &Progress, what: &str, command: &mut Command) -> Result<Ended> {
    let began = Instant::now();
    progress.say(format_args!("{what} …"));
    let log = log_file(what)?;
    let ended = run(command, log, |last| {
        // Cargo names the folder of each crate, which says nothing.
        let last = last.split(" (/").next().unwrap_or(last);
        progress.say(format_args!(
            "  {what}: {} s so far: {last}",
            began.elapsed().as_secs()
        ));
    })
    .with_context(|| {
        format!(
            "running {} ({what}); is it installed?",
            command.get_program().display()
        )
    })?;
    let verdict = if ended.success {
        "took"
    } else {
        "FAILED after"
    };
    progress.say(format_args!(
        "{what} {verdict} {:.1} s",
        began.elapsed().as_secs_f64()
    ));
    Ok(ended)
}

/// The last lines, indented.
pub(crate) fn tail(lines: &[String]) -> String {
    let last = lines.iter().skip(lines.len().saturating_sub(TAIL));
    last.map(|line| format!("  {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn log_file(what: &str) -> Result<PathBuf> {
    let folder = target().join("xtask");
    fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    let name: String = what
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    Ok(folder.join(format!("{name}.log")))
}

/// Which of the two streams a line came from.
#[derive(Clone, Copy, PartialEq)]
enum Stream {
    Output,
    Error,
}

fn run(command: &mut Command, log: PathBuf, mut beat: impl FnMut(&str)) -> Result<Ended> {
    let mut file = File::create(&log).with_context(|| format!("creating {}", log.display()))?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (sender, receiver) = channel();
    if let Some(stream) = child.stdout.take() {
        read(Stream::Output, stream, sender.clone());
    }
    if let Some(stream) = child.stderr.take() {
        read(Stream::Error, stream, sender.clone());
    }
    drop(sender);
    let (mut lines, mut answer): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let mut next = Instant::now() + BEAT;
    loop {
        match receiver.recv_timeout(next.saturating_duration_since(Instant::now())) {
            Ok((stream, line)) => {
                writeln!(file, "{line}")?;
                if stream == Stream::Output {
                    answer.push(line.clone());
                }
                lines.push(line);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if Instant::now() >= next {
            next = Instant::now() + BEAT;
            beat(lines.last().map_or("no output yet", |line| line.trim()));
        }
    }
    Ok(Ended {
        lines,
        answer,
        success: child.wait()?.success(),
        log,
    })
}

/// Ends by itself when the stream does.
fn read(stream: Stream, from: impl Read + Send + 'static, lines: Sender<(Stream, String)>) {
    thread::spawn(move || {
        for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            if lines.send((stream, line)).is_err() {
                return;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_shows_what_the_command_said() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two >&2; exit 1"]);
        let error = step(&Progress::silent(), "a test step", &mut command)
            .err()
            .unwrap()
            .to_string();
        assert!(
            error.contains("  one\n") && error.contains("  two\n"),
            "{error}"
        );
    }

    #[test]
    fn what_a_command_says_on_the_way_is_not_its_answer() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo '{}'; echo signed already >&2"]);
        let ended = attempt(&Progress::silent(), "a test answer", &mut command).unwrap();
        assert_eq!(ended.answer, ["{}"]);
        assert_eq!(ended.lines.len(), 2);
    }

    #[test]
    fn only_the_last_lines_are_shown() {
        let lines: Vec<String> = (0..100).map(|n| n.to_string()).collect();
        assert!(tail(&lines).starts_with("  60\n"));
    }
}
