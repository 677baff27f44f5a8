//! What calls consumed for whom: a call for several workspaces is shared out among them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crate::metrics::Meter;

/// Accounts that are kept. Of more, the one that was not used for the longest time goes into its provider's rest.
const KEPT: usize = 2000;

tokio::task_local! {
    static PAYERS: Arc<[Payer]>;
}

/// Whom a call is made for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Payer {
    /// Namespace; empty for what no namespace asked for.
    pub namespace: String,
    /// Name of the workspace; empty for what belongs to none.
    pub workspace: String,
}

/// Calls that are made inside `work` are shared out equally among these. Whoever is named twice pays twice.
pub async fn on_behalf_of<F: Future>(payers: Vec<Payer>, work: F) -> F::Output {
    PAYERS.scope(payers.into(), work).await
}

/// What was consumed for one workspace at one provider. Every number only grows.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountUsage {
    /// Name of the provider.
    pub provider: String,
    /// Whom it was for; both names empty for the rest, which is nobody's or was too much to keep.
    pub payer: Payer,
    /// Calls that were made for it, alone or together with others.
    pub calls: u64,
    /// Its part of the processor time.
    pub cpu_time: Duration,
    /// Its part of the bytes that were received.
    pub bytes_in: u64,
    /// Its part of the bytes that were sent.
    pub bytes_out: u64,
    /// The most memory that a call used that was made for it, in bytes.
    pub peak_memory_bytes: u64,
}

#[derive(Debug, Default)]
struct Account {
    calls: u64,
    cpu_time: Duration,
    bytes_in: u64,
    bytes_out: u64,
    peak_memory_bytes: u64,
    last_charge: u64,
}

impl Account {
    fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.cpu_time += other.cpu_time;
        self.bytes_in += other.bytes_in;
        self.bytes_out += other.bytes_out;
        self.peak_memory_bytes = self.peak_memory_bytes.max(other.peak_memory_bytes);
    }
}

/// All accounts of a host.
#[derive(Debug, Default)]
pub(crate) struct Accounts(Mutex<Book>);

#[derive(Debug, Default)]
struct Book {
    accounts: HashMap<(String, Payer), Account>,
    charges: u64,
}

impl Accounts {
    /// Shares out what a call consumed: among those in whose name it runs, else to the namespace of its object.
    pub(crate) fn charge(&self, provider: &str, object: &str, meter: &Meter) {
        let payers = PAYERS
            .try_with(Arc::clone)
            .ok()
            .filter(|payers| !payers.is_empty())
            .unwrap_or_else(|| Arc::new([payer_of(object)]));
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        book.charge(provider, &payers, meter, KEPT);
    }

    pub(crate) fn forget(&self, provider: &str) {
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        book.accounts.retain(|(held, _), _| held != provider);
    }

    pub(crate) fn usage(&self) -> Vec<AccountUsage> {
        let book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = book
            .accounts
            .iter()
            .map(|((provider, payer), account)| AccountUsage {
                provider: provider.clone(),
                payer: payer.clone(),
                calls: account.calls,
                cpu_time: account.cpu_time,
                bytes_in: account.bytes_in,
                bytes_out: account.bytes_out,
                peak_memory_bytes: account.peak_memory_bytes,
            })
            .collect();
        all.sort_by(|a, b| (&a.provider, &a.payer).cmp(&(&b.provider, &b.payer)));
        all
    }
}

impl Book {
    fn charge(&mut self, provider: &str, payers: &[Payer], meter: &Meter, kept: usize) {
        let (bytes_in, bytes_out, peak_memory_bytes) = meter.bytes();
        let parts = u64::try_from(payers.len()).unwrap_or(1).max(1);
        let part = Account {
            calls: 0,
            cpu_time: meter.cpu_time() / u32::try_from(parts).unwrap_or(u32::MAX),
            bytes_in: bytes_in / parts,
            bytes_out: bytes_out / parts,
            peak_memory_bytes,
            last_charge: 0,
        };
        self.charges += 1;
        for payer in payers {
            let key = (provider.to_owned(), payer.clone());
            let account = self.accounts.entry(key).or_default();
            account.add(&part);
            // Whoever is named twice had one call.
            account.calls += u64::from(account.last_charge != self.charges);
            account.last_charge = self.charges;
        }
        while self.accounts.len() > kept {
            self.fold_the_oldest();
        }
    }

    fn fold_the_oldest(&mut self) {
        let rest = |key: &(String, Payer)| key.1.namespace.is_empty();
        let oldest = self
            .accounts
            .iter()
            .filter(|(key, _)| !rest(key))
            .min_by_key(|(_, account)| account.last_charge)
            .map(|(key, _)| key.clone());
        let Some((key, account)) = oldest.and_then(|key| self.accounts.remove_entry(&key)) else {
            // Nothing but rests: one for each provider.
            self.accounts.clear();
            return;
        };
        let rest = (key.0, nobody());
        self.accounts.entry(rest).or_default().add(&account);
    }
}

fn nobody() -> Payer {
    Payer {
        namespace: String::new(),
        workspace: String::new(),
    }
}

/// The namespace of `<kind>/<namespace>/<name>`.
fn payer_of(object: &str) -> Payer {
    let mut parts = object.split('/').skip(1);
    match (parts.next(), parts.next()) {
        (Some(namespace), Some(_name)) => Payer {
            namespace: namespace.to_owned(),
            workspace: String::new(),
        },
        _ => nobody(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payer(workspace: &str) -> Payer {
        Payer {
            namespace: "shop".to_owned(),
            workspace: workspace.to_owned(),
        }
    }

    fn meter(bytes: usize) -> Meter {
        let meter = Meter::default();
        meter.received(bytes);
        meter.computed(Duration::from_millis(9));
        meter
    }

    #[test]
    fn a_call_is_shared_out_by_how_often_each_is_named() {
        let mut book = Book::default();
        let payers = [payer("a"), payer("b"), payer("a")];
        book.charge("dns", &payers, &meter(300), 10);
        let of = |name: &str| &book.accounts[&("dns".to_owned(), payer(name))];
        assert_eq!((of("a").calls, of("a").bytes_in), (1, 200));
        assert_eq!((of("b").calls, of("b").bytes_in), (1, 100));
        assert_eq!(of("b").cpu_time, Duration::from_millis(3));
    }

    #[test]
    fn beyond_what_is_kept_the_oldest_account_becomes_part_of_the_rest_and_nothing_is_lost() {
        let mut book = Book::default();
        for number in 0..50 {
            book.charge("dns", &[payer(&format!("w{number}"))], &meter(10), 5);
        }
        assert_eq!(book.accounts.len(), 5);
        assert!(
            book.accounts
                .contains_key(&("dns".to_owned(), payer("w49")))
        );
        let rest = &book.accounts[&("dns".to_owned(), nobody())];
        assert_eq!((rest.calls, rest.bytes_in), (46, 460));
    }

    #[test]
    fn a_call_in_nobodys_name_is_for_the_namespace_of_its_object() {
        assert_eq!(payer_of("Tunnel/shop/t"), payer(""));
        assert_eq!(payer_of("Provider/corp"), nobody());
    }
}
