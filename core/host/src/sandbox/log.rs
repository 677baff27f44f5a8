use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::{
    cli::{IsTerminal, StdoutStream},
    p2::{OutputStream, Pollable, StreamError, pipe::SinkOutputStream},
};

/// Lines that one call may log, and characters of each.
const LINES: usize = 100;
const LINE_BYTES: usize = 1024;
/// What is kept of the standard error stream, to explain a panic.
const STDERR_BYTES: usize = 2048;

/// Counts the lines of one call.
#[derive(Debug, Default)]
pub(crate) struct LineBudget {
    lines: usize,
}

/// What to do with a line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// Log it.
    Log,
    /// Log that the rest is dropped.
    Last,
    /// Drop it.
    Drop,
}

impl LineBudget {
    pub(crate) fn admit(&mut self) -> Admission {
        self.lines = self.lines.saturating_add(1);
        match self.lines {
            1..=LINES => Admission::Log,
            lines if lines == LINES + 1 => Admission::Last,
            _ => Admission::Drop,
        }
    }
}

/// A line as it may appear in a log: one line, printable, bounded.
pub(crate) fn printable(text: &str) -> String {
    let mut line = String::with_capacity(text.len().min(LINE_BYTES + 8));
    for character in text.chars() {
        if line.len() >= LINE_BYTES {
            line.push('…');
            break;
        }
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

/// Keeps the beginning of what a plugin writes to its standard error stream, where panics go.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stderr(Arc<Mutex<Vec<u8>>>);

impl Stderr {
    /// What was written, as one printable line; nothing where nothing was.
    pub(crate) fn text(&self) -> Option<String> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = printable(String::from_utf8_lossy(&kept).trim());
        (!text.is_empty()).then_some(text)
    }

    fn keep(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = STDERR_BYTES.saturating_sub(kept.len());
        kept.extend(bytes.iter().take(room));
    }
}

impl IsTerminal for Stderr {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Stderr {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl OutputStream for Stderr {
    fn write(&mut self, bytes: Bytes) -> Result<(), StreamError> {
        self.keep(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), StreamError> {
        Ok(())
    }

    fn check_write(&mut self) -> Result<usize, StreamError> {
        SinkOutputStream.check_write()
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Stderr {
    async fn ready(&mut self) {}
}

impl AsyncWrite for Stderr {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        self.keep(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_can_neither_forge_another_line_nor_be_endless() {
        assert_eq!(printable("a\nb\u{1b}[31m"), "a\\nb\\u{1b}[31m");
        assert!(printable(&"x".repeat(1 << 20)).len() < LINE_BYTES + 8);
    }

    #[test]
    fn a_flood_of_lines_is_announced_once_and_dropped() {
        let mut budget = LineBudget::default();
        let admitted: Vec<_> = (0..LINES + 3).map(|_| budget.admit()).collect();
        assert_eq!(
            admitted.iter().filter(|a| **a == Admission::Log).count(),
            LINES
        );
        assert_eq!(
            admitted[LINES..],
            [Admission::Last, Admission::Drop, Admission::Drop]
        );
    }
}
