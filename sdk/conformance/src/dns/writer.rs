//! The writer that bypasses the plugin.

use maquette_host::dns::{RecordSet, RecordType};

/// Another writer to the zone, such as an administrator or another program. The kit does with it all that it cannot do
/// with the plugin. The functions may block.
pub trait OtherWriter: Send + Sync {
    /// Puts a record set there, without an ownership record.
    ///
    /// # Errors
    /// Why it cannot be done.
    fn put(&self, zone: &str, records: &RecordSet) -> Result<(), String>;

    /// Deletes the records of a set and leaves its ownership record.
    ///
    /// # Errors
    /// Why it cannot be done: for example because the provider cannot keep an ownership record without the records. Then the rules that need it are
    /// declared unsupported.
    fn take_records(&self, zone: &str, name: &str, kind: RecordType) -> Result<(), String>;

    /// Removes a record set and its ownership record, whatever is there of them.
    ///
    /// # Errors
    /// Why it cannot be done.
    fn remove(&self, zone: &str, name: &str, kind: RecordType) -> Result<(), String>;
}
