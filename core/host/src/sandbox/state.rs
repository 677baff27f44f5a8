use std::{sync::Arc, time::Instant};

use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use super::{
    limiter::Limiter,
    log::{LineBudget, Stderr},
};
use crate::{
    egress::{Held, Policy, Session},
    kinds::bundler::Blobs,
    names::Secret,
};

/// Host resources (streams, requests, pollables) that one call may hold at the same time.
const RESOURCES: usize = 1024;
/// Bytes of randomness per request for them.
const RANDOM_BYTES: u64 = 64 << 10;
/// In-memory size of one set of HTTP fields, bytes.
const FIELD_BYTES: usize = 128 << 10;

/// All that one call has. It is made for the call and dropped with it, so nothing passes from one call to another.
pub(crate) struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    pub(super) limiter: Limiter,
    pub(super) lines: LineBudget,
    pub(super) stderr: Stderr,
    pub(super) object: String,
    /// What the arguments name.
    blobs: Blobs,
    /// Requests and credentials of this call.
    pub(super) session: Session,
}

impl State {
    pub(super) fn new(policy: Policy, object: String, memory_bytes: usize, ends: Instant) -> Self {
        let stderr = Stderr::default();
        let mut table = ResourceTable::new();
        table.set_max_capacity(RESOURCES);
        let mut http = WasiHttpCtx::new();
        http.set_field_size_limit(FIELD_BYTES);
        // Everything that is not set stays empty or closed: arguments, environment, folders, sockets, input, output.
        let wasi = WasiCtx::builder()
            .stderr(stderr.clone())
            .allow_tcp(false)
            .allow_udp(false)
            .max_random_size(RANDOM_BYTES)
            .build();
        Self {
            wasi,
            http,
            table,
            limiter: Limiter::new(memory_bytes),
            lines: LineBudget::default(),
            stderr,
            object,
            blobs: Blobs::default(),
            session: Session::new(Arc::new(policy), ends),
        }
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            hooks: &mut self.session,
            table: &mut self.table,
            ctx: &mut self.http,
        }
    }
}

impl State {
    /// A text that stands for a secret of the host until the end of this call: 32 bytes in base64 behind this prefix.
    pub(crate) fn conceal(
        &mut self,
        secret: &str,
        prefix: &str,
        forms: &[Secret],
    ) -> wasmtime::Result<String> {
        let concealed = self.session.conceal(secret, prefix, forms);
        concealed.map_err(|error| wasmtime::Error::msg(format!("no randomness: {error}")))
    }

    /// Lets this call use a credential that the Provider does not give.
    pub(crate) fn bring(&mut self, held: Held, forms: &[Secret]) {
        self.session.bring(held, forms);
    }

    /// Lets this call read what its arguments name.
    pub(crate) fn hold(&mut self, blobs: Blobs) {
        self.blobs = blobs;
    }

    /// The octets that the arguments name so.
    pub(super) fn blob(&self, digest: &str) -> Option<Vec<u8>> {
        self.blobs.octets(digest).map(<[u8]>::to_vec)
    }

    /// That text; empty in a call without such a secret.
    pub(crate) fn placeholder(&self) -> String {
        self.session.concealed()
    }

    /// What the plugin answers, in words that may be shown.
    pub(crate) fn plugin_error(&self, error: super::GuestError) -> crate::PluginError {
        super::outcome::plugin_error(error, self)
    }
}
