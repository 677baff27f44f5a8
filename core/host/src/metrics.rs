//! What calls consumed, per provider: plain numbers for whoever exports them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

/// What one provider's calls consumed since it was set up. Every number only grows, besides `in_flight`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderUsage {
    /// Name of the provider.
    pub provider: String,
    /// Name of its plugin.
    pub plugin: String,
    /// Digest of its plugin.
    pub digest: crate::Digest,
    /// Calls that were made.
    pub calls: u64,
    /// Calls that gave no result, the plugin's own refusals included.
    pub errors: u64,
    /// Calls that run now.
    pub in_flight: u64,
    /// Processor time of all calls.
    pub cpu_time: Duration,
    /// The most memory that one call used, in bytes.
    pub peak_memory_bytes: u64,
    /// Bytes of response headers and bodies that its plugin received.
    pub bytes_in: u64,
    /// Bytes of request headers and bodies that its plugin sent.
    pub bytes_out: u64,
    /// Requests that were refused because they were not granted.
    pub denials: u64,
}

/// The counters behind [`ProviderUsage`].
#[derive(Debug, Default)]
pub(crate) struct Meter {
    calls: AtomicU64,
    errors: AtomicU64,
    in_flight: AtomicU64,
    cpu_nanoseconds: AtomicU64,
    peak_memory_bytes: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
    denials: AtomicU64,
    /// Counts the same.
    whole: Option<Arc<Meter>>,
}

impl Meter {
    /// Counts one call, and what it counts into `whole`, too.
    pub(crate) fn part_of(whole: Arc<Self>) -> Self {
        Self {
            whole: Some(whole),
            ..Self::default()
        }
    }

    /// Processor time so far.
    pub(crate) fn cpu_time(&self) -> Duration {
        Duration::from_nanos(self.cpu_nanoseconds.load(Relaxed))
    }

    /// Bytes in and out, and the most memory.
    pub(crate) fn bytes(&self) -> (u64, u64, u64) {
        (
            self.bytes_in.load(Relaxed),
            self.bytes_out.load(Relaxed),
            self.peak_memory_bytes.load(Relaxed),
        )
    }

    /// A call begins; it counts as running until the guard is dropped, also when the call is cancelled.
    pub(crate) fn begin(&self) -> InFlight<'_> {
        self.calls.fetch_add(1, Relaxed);
        self.in_flight.fetch_add(1, Relaxed);
        InFlight(self)
    }

    pub(crate) fn failed(&self) {
        self.errors.fetch_add(1, Relaxed);
    }

    pub(crate) fn computed(&self, time: Duration) {
        if let Some(whole) = &self.whole {
            whole.computed(time);
        }
        self.cpu_nanoseconds
            .fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Relaxed);
    }

    pub(crate) fn used_memory(&self, bytes: usize) {
        if let Some(whole) = &self.whole {
            whole.used_memory(bytes);
        }
        self.peak_memory_bytes.fetch_max(bytes as u64, Relaxed);
    }

    pub(crate) fn received(&self, bytes: usize) {
        if let Some(whole) = &self.whole {
            whole.received(bytes);
        }
        self.bytes_in.fetch_add(bytes as u64, Relaxed);
    }

    pub(crate) fn sent(&self, bytes: usize) {
        if let Some(whole) = &self.whole {
            whole.sent(bytes);
        }
        self.bytes_out.fetch_add(bytes as u64, Relaxed);
    }

    pub(crate) fn denied(&self) {
        if let Some(whole) = &self.whole {
            whole.denied();
        }
        self.denials.fetch_add(1, Relaxed);
    }

    pub(crate) fn usage(
        &self,
        provider: &str,
        plugin: &str,
        digest: &crate::Digest,
    ) -> ProviderUsage {
        ProviderUsage {
            provider: provider.to_owned(),
            plugin: plugin.to_owned(),
            digest: digest.clone(),
            calls: self.calls.load(Relaxed),
            errors: self.errors.load(Relaxed),
            in_flight: self.in_flight.load(Relaxed),
            cpu_time: Duration::from_nanos(self.cpu_nanoseconds.load(Relaxed)),
            peak_memory_bytes: self.peak_memory_bytes.load(Relaxed),
            bytes_in: self.bytes_in.load(Relaxed),
            bytes_out: self.bytes_out.load(Relaxed),
            denials: self.denials.load(Relaxed),
        }
    }
}

/// One running call.
#[derive(Debug)]
pub(crate) struct InFlight<'a>(&'a Meter);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Relaxed);
    }
}
