//! The plugin host as the operator calls it. The real host implements these traits, and nothing else of it is used to
//! install, bind or call plugins.

use futures::future::BoxFuture;
use maquette_host::{
    AccountUsage, Call, CallError, Digest, Dns, GrantError, Grants, Host, InstallError, Installed,
    PluginError, ProviderUsage, Tunnel, Verified, Wanted,
    dns::{self, Change, RecordSet, Zone},
    kinds::tunnel::{self, Established, Spec, TunnelSecret},
};
use std::sync::Arc;

/// The result of one call of a plugin.
pub type Answered<'a, T> = BoxFuture<'a, Result<T, CallError>>;
/// One outcome for each change of a batch, in their order.
pub type Outcomes = Vec<Result<String, PluginError>>;

/// Installs plugins and binds them to grants.
pub trait PluginPort: Send + Sync {
    /// Pulls, verifies and compiles a version.
    fn install<'a>(&'a self, wanted: &'a Wanted) -> BoxFuture<'a, Result<Installed, InstallError>>;
    /// Resolves a version and its signers.
    fn verify<'a>(&'a self, wanted: &'a Wanted) -> BoxFuture<'a, Result<Verified, InstallError>>;
    /// Drops a plugin from memory.
    fn unload(&self, digest: &Digest);
    /// Whether an installed plugin could be bound to these grants.
    fn fits(&self, digest: &Digest, grants: Grants) -> Result<(), GrantError>;
    /// Binds an installed plugin to the grants of a provider.
    fn bind(&self, provider: &str, digest: &Digest, grants: Grants) -> Result<Bound, GrantError>;
    /// Forgets the counters of a provider that no longer exists.
    fn forget(&self, provider: &str);
    /// The consumption of every provider.
    fn usage(&self) -> Vec<ProviderUsage>;
    /// The consumption of every provider for each workspace.
    fn accounts(&self) -> Vec<AccountUsage>;
}

/// A plugin bound to the grants of one provider: the interfaces that it exports.
#[derive(Clone, Default)]
pub struct Bound {
    /// Its record sets.
    pub dns: Option<Arc<dyn DnsPort>>,
    /// Its tunnels.
    pub tunnel: Option<Arc<dyn TunnelPort>>,
}

/// The record sets of one provider; see [`Dns`] for each function.
pub trait DnsPort: Send + Sync {
    /// Zones that the credential can change.
    fn zones<'a>(&'a self, call: &'a Call) -> Answered<'a, Vec<Zone>>;
    /// The same record sets as the provider would return them.
    fn normalize<'a>(
        &'a self,
        call: &'a Call,
        records: &'a [RecordSet],
    ) -> Answered<'a, Vec<RecordSet>>;
    /// Record sets of these names.
    fn observe<'a>(
        &'a self,
        call: &'a Call,
        zone: &'a str,
        names: &'a [String],
    ) -> Answered<'a, Vec<dns::Observed>>;
    /// Makes the changes.
    fn apply<'a>(
        &'a self,
        call: &'a Call,
        zone: &'a str,
        changes: &'a [Change],
    ) -> Answered<'a, Outcomes>;
}

/// The tunnels of one provider; see [`Tunnel`] for each function.
pub trait TunnelPort: Send + Sync {
    /// Creates the tunnel, or finds it.
    fn ensure<'a>(
        &'a self,
        call: &'a Call,
        spec: &'a Spec,
        secret: &'a TunnelSecret,
    ) -> Answered<'a, Established>;
    /// The tunnel of this identifier.
    fn observe<'a>(&'a self, call: &'a Call, id: &'a str)
    -> Answered<'a, Option<tunnel::Observed>>;
    /// Gives the tunnel these routes.
    fn set_routes<'a>(
        &'a self,
        call: &'a Call,
        id: &'a str,
        spec: &'a Spec,
        secret: &'a TunnelSecret,
        expect: &'a str,
    ) -> Answered<'a, Established>;
    /// Gives the tunnel this secret.
    fn rotate<'a>(
        &'a self,
        call: &'a Call,
        id: &'a str,
        spec: &'a Spec,
        secret: &'a TunnelSecret,
    ) -> Answered<'a, Established>;
    /// Removes the tunnel.
    fn delete<'a>(&'a self, call: &'a Call, id: &'a str, owner: &'a str) -> Answered<'a, ()>;
    /// Tunnels whose owner starts with this prefix.
    fn list_owned<'a>(
        &'a self,
        call: &'a Call,
        owner_prefix: &'a str,
        cursor: Option<&'a str>,
    ) -> Answered<'a, tunnel::Page>;
}

impl PluginPort for Host {
    fn install<'a>(&'a self, wanted: &'a Wanted) -> BoxFuture<'a, Result<Installed, InstallError>> {
        Box::pin(self.install(wanted))
    }

    fn verify<'a>(&'a self, wanted: &'a Wanted) -> BoxFuture<'a, Result<Verified, InstallError>> {
        Box::pin(self.verify(wanted))
    }

    fn unload(&self, digest: &Digest) {
        self.unload(digest);
    }

    fn fits(&self, digest: &Digest, grants: Grants) -> Result<(), GrantError> {
        self.fits(digest, grants)
    }

    fn bind(&self, provider: &str, digest: &Digest, grants: Grants) -> Result<Bound, GrantError> {
        let bound = self.provider(provider, digest, grants)?;
        Ok(Bound {
            dns: bound.dns().ok().map(|dns| Arc::new(dns) as _),
            tunnel: bound.tunnel().ok().map(|tunnel| Arc::new(tunnel) as _),
        })
    }

    fn forget(&self, provider: &str) {
        self.forget(provider);
    }

    fn usage(&self) -> Vec<ProviderUsage> {
        self.usage()
    }

    fn accounts(&self) -> Vec<AccountUsage> {
        self.accounts()
    }
}

impl DnsPort for Dns {
    fn zones<'a>(&'a self, call: &'a Call) -> Answered<'a, Vec<Zone>> {
        Box::pin(self.zones(call))
    }

    fn normalize<'a>(
        &'a self,
        call: &'a Call,
        records: &'a [RecordSet],
    ) -> Answered<'a, Vec<RecordSet>> {
        Box::pin(self.normalize(call, records))
    }

    fn observe<'a>(
        &'a self,
        call: &'a Call,
        zone: &'a str,
        names: &'a [String],
    ) -> Answered<'a, Vec<dns::Observed>> {
        Box::pin(self.observe(call, zone, names))
    }

    fn apply<'a>(
        &'a self,
        call: &'a Call,
        zone: &'a str,
        changes: &'a [Change],
    ) -> Answered<'a, Outcomes> {
        Box::pin(self.apply(call, zone, changes))
    }
}

impl TunnelPort for Tunnel {
    fn ensure<'a>(
        &'a self,
        call: &'a Call,
        spec: &'a Spec,
        secret: &'a TunnelSecret,
    ) -> Answered<'a, Established> {
        Box::pin(self.ensure(call, spec, secret))
    }

    fn observe<'a>(
        &'a self,
        call: &'a Call,
        id: &'a str,
    ) -> Answered<'a, Option<tunnel::Observed>> {
        Box::pin(self.observe(call, id))
    }

    fn set_routes<'a>(
        &'a self,
        call: &'a Call,
        id: &'a str,
        spec: &'a Spec,
        secret: &'a TunnelSecret,
        expect: &'a str,
    ) -> Answered<'a, Established> {
        Box::pin(self.set_routes(call, id, spec, secret, expect))
    }

    fn rotate<'a>(
        &'a self,
        call: &'a Call,
        id: &'a str,
        spec: &'a Spec,
        secret: &'a TunnelSecret,
    ) -> Answered<'a, Established> {
        Box::pin(self.rotate(call, id, spec, secret))
    }

    fn delete<'a>(&'a self, call: &'a Call, id: &'a str, owner: &'a str) -> Answered<'a, ()> {
        Box::pin(self.delete(call, id, owner))
    }

    fn list_owned<'a>(
        &'a self,
        call: &'a Call,
        owner_prefix: &'a str,
        cursor: Option<&'a str>,
    ) -> Answered<'a, tunnel::Page> {
        Box::pin(self.list_owned(call, owner_prefix, cursor))
    }
}
