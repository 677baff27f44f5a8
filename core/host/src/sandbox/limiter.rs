use wasmtime::ResourceLimiter;

/// Table elements, tables, memories and core instances of one call: several times what the SDK's plugins use.
const TABLE_ELEMENTS: usize = 20_000;
const TABLES: usize = 8;
const MEMORIES: usize = 2;
const INSTANCES: usize = 32;

/// Caps what one call allocates, and remembers that the cap was hit.
#[derive(Debug)]
pub(crate) struct Limiter {
    cap_bytes: usize,
    used_bytes: usize,
    peak_bytes: usize,
    exceeded: bool,
}

impl Limiter {
    pub(crate) fn new(cap_bytes: usize) -> Self {
        Self {
            cap_bytes,
            used_bytes: 0,
            peak_bytes: 0,
            exceeded: false,
        }
    }

    pub(crate) fn peak_bytes(&self) -> usize {
        self.peak_bytes
    }

    /// Whether the call wanted more memory than it may have.
    pub(crate) fn exceeded(&self) -> bool {
        self.exceeded
    }
}

impl ResourceLimiter for Limiter {
    /// Ends the call where it wants too much: a plugin that is told "no" tends to abort with a less clear message.
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let used = self
            .used_bytes
            .saturating_sub(current)
            .saturating_add(desired);
        if used > self.cap_bytes {
            self.exceeded = true;
            return Err(wasmtime::format_err!(
                "memory limit of {} bytes",
                self.cap_bytes
            ));
        }
        self.used_bytes = used;
        self.peak_bytes = self.peak_bytes.max(used);
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ELEMENTS)
    }

    fn instances(&self) -> usize {
        INSTANCES
    }

    fn tables(&self) -> usize {
        TABLES
    }

    fn memories(&self) -> usize {
        MEMORIES
    }
}
