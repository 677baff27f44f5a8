//! Tells a person what is being done and for how long.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How often a long step says that it still goes on.
const REMINDER: Duration = Duration::from_secs(20);

/// Prints the phases of one piece of work with the time since it began, on standard error.
#[derive(Debug, Clone)]
pub struct Progress {
    began: Instant,
    shown: bool,
}

impl Progress {
    /// Starts the clock.
    pub fn new() -> Self {
        Self {
            began: Instant::now(),
            shown: true,
        }
    }

    /// A progress that keeps silent, for tests that start many control planes.
    pub fn silent() -> Self {
        Self {
            began: Instant::now(),
            shown: false,
        }
    }

    /// Seconds since the work began.
    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Prints one line.
    pub fn say(&self, what: impl Display) {
        if self.shown {
            eprintln!("[{:>6.1} s] {what}", self.elapsed().as_secs_f64());
        }
    }

    /// Says `what` now and again every twenty seconds until the returned guard is dropped.
    pub fn during(&self, what: impl Display) -> During {
        let what = what.to_string();
        self.say(format_args!("{what} …"));
        let ended = Arc::new(AtomicBool::new(false));
        let progress = self.clone();
        let seen = Arc::clone(&ended);
        let step = what.clone();
        let reminder = thread::spawn(move || {
            let began = Instant::now();
            loop {
                thread::park_timeout(REMINDER);
                if seen.load(Ordering::Acquire) {
                    return;
                }
                progress.say(format_args!(
                    "{step} … {} s so far",
                    began.elapsed().as_secs()
                ));
            }
        });
        During {
            what,
            began: Instant::now(),
            progress: self.clone(),
            ended,
            reminder: Some(reminder),
        }
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

/// A step that is going on; dropping it ends the step.
#[derive(Debug)]
pub struct During {
    what: String,
    began: Instant,
    progress: Progress,
    ended: Arc<AtomicBool>,
    reminder: Option<thread::JoinHandle<()>>,
}

impl Drop for During {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Release);
        if let Some(reminder) = self.reminder.take() {
            reminder.thread().unpark();
            drop(reminder.join());
        }
        self.progress.say(format_args!(
            "{} took {:.1} s",
            self.what,
            self.began.elapsed().as_secs_f64()
        ));
    }
}
