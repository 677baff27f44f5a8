//! The only unsafe code of the host: machine code from the disk becomes executable here.
//! It is machine code that this host wrote itself, or nothing: the check and the use of the same bytes stand together.

use hmac::{Hmac, Mac};
use sha2::Sha256;
use wasmtime::{Engine, component::Component};

use super::shorten;
use crate::names::Digest;

/// Length of the authentication code in front of the machine code, bytes.
pub(super) const MAC_BYTES: usize = 32;

/// Why bytes are not opened that this host did not seal.
const CHANGED: &str = "it was changed";

/// A key that is known to this host alone.
pub(super) struct Key([u8; 32]);

impl Key {
    pub(super) fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A key of this process that nothing outlives.
    pub(super) fn random() -> Option<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// Puts the proof that it comes from here in front of the machine code of this component, where it has
    /// [`MAC_BYTES`] of room.
    pub(super) fn seal(&self, digest: &Digest, room_and_code: &mut [u8]) -> Option<()> {
        let (room, machine_code) = room_and_code.split_at_mut_checked(MAC_BYTES)?;
        let mac = self.mac(digest, machine_code)?.finalize().into_bytes();
        room.copy_from_slice(&mac);
        Some(())
    }

    /// The component, if these bytes were sealed by this host for this digest and this version of Wasmtime; or why not.
    #[expect(unsafe_code, reason = "the only way to load compiled code; see SAFETY")]
    pub(super) fn open(
        &self,
        engine: &Engine,
        digest: &Digest,
        sealed: &[u8],
    ) -> Result<Component, String> {
        let (mac, machine_code) = sealed.split_at_checked(MAC_BYTES).ok_or(CHANGED)?;
        let right = self.mac(digest, machine_code).ok_or(CHANGED)?;
        right.verify_slice(mac).map_err(|_| CHANGED)?;
        // SAFETY: `deserialize` requires bytes that `Component::serialize` or `Engine::precompile_component` made,
        // unchanged. `seal` is called with nothing else: what a compiler's process of this host wrote into our pipe,
        // or what was compiled here. The bytes were just authenticated in memory under a key that never leaves this machine;
        // the file that they come from is not read again. Wasmtime itself refuses code of another version or setting.
        unsafe { Component::deserialize(engine, machine_code) }.map_err(|error| shorten(&error))
    }

    fn mac(&self, digest: &Digest, machine_code: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(digest.to_string().as_bytes());
        mac.update(machine_code);
        Some(mac)
    }
}
