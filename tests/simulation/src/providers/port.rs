//! A provider's server behind the interfaces of plugins.

use super::call::{Op, Reply, call};
use crate::world::Shared;
use maquette_host::{
    Call, CallError, PluginError,
    dns::{Change, Observed, RecordSet, Zone},
    kinds::tunnel::{self, Established, Spec, TunnelSecret},
};
use maquette_operator::providers::{Answered, DnsPort, Outcomes, TunnelPort};

/// A server as one instance of the operator reaches it.
pub(super) struct Port {
    pub(super) sim: Shared,
    pub(super) instance: usize,
    pub(super) server: String,
}

impl Port {
    async fn ask(&self, op: Op) -> Result<Reply, CallError> {
        call(&self.sim, self.instance, &self.server, op).await
    }

    async fn established(&self, op: Op) -> Result<Established, CallError> {
        match self.ask(op).await? {
            Reply::Established(established) => Ok(established),
            _ => Err(wrong()),
        }
    }
}

fn wrong() -> CallError {
    CallError::Plugin(PluginError::Other("another answer".to_owned()))
}

impl DnsPort for Port {
    fn zones<'a>(&'a self, _: &'a Call) -> Answered<'a, Vec<Zone>> {
        Box::pin(async move {
            match self.ask(Op::Zones).await? {
                Reply::Zones(zones) => Ok(zones),
                _ => Err(wrong()),
            }
        })
    }

    fn normalize<'a>(
        &'a self,
        _: &'a Call,
        records: &'a [RecordSet],
    ) -> Answered<'a, Vec<RecordSet>> {
        // It needs no server.
        Box::pin(async move { Ok(records.iter().map(super::dns::normal).collect()) })
    }

    fn observe<'a>(
        &'a self,
        _: &'a Call,
        zone: &'a str,
        names: &'a [String],
    ) -> Answered<'a, Vec<Observed>> {
        Box::pin(async move {
            let (zone, names) = (zone.to_owned(), names.to_vec());
            match self.ask(Op::Look { zone, names }).await? {
                Reply::Seen(seen) => Ok(seen),
                _ => Err(wrong()),
            }
        })
    }

    fn apply<'a>(
        &'a self,
        _: &'a Call,
        zone: &'a str,
        changes: &'a [Change],
    ) -> Answered<'a, Outcomes> {
        Box::pin(async move {
            let (zone, changes) = (zone.to_owned(), changes.to_vec());
            match self.ask(Op::Apply { zone, changes }).await? {
                Reply::Outcomes(outcomes) => Ok(outcomes),
                _ => Err(wrong()),
            }
        })
    }
}

impl TunnelPort for Port {
    fn ensure<'a>(
        &'a self,
        _: &'a Call,
        spec: &'a Spec,
        _: &'a TunnelSecret,
    ) -> Answered<'a, Established> {
        Box::pin(self.established(Op::Ensure { spec: spec.clone() }))
    }

    fn observe<'a>(&'a self, _: &'a Call, id: &'a str) -> Answered<'a, Option<tunnel::Observed>> {
        Box::pin(async move {
            match self.ask(Op::Find { id: id.to_owned() }).await? {
                Reply::Tunnel(tunnel) => Ok(tunnel),
                _ => Err(wrong()),
            }
        })
    }

    fn set_routes<'a>(
        &'a self,
        _: &'a Call,
        id: &'a str,
        spec: &'a Spec,
        _: &'a TunnelSecret,
        expect: &'a str,
    ) -> Answered<'a, Established> {
        Box::pin(self.established(Op::SetRoutes {
            id: id.to_owned(),
            spec: spec.clone(),
            expect: expect.to_owned(),
        }))
    }

    fn rotate<'a>(
        &'a self,
        _: &'a Call,
        id: &'a str,
        spec: &'a Spec,
        _: &'a TunnelSecret,
    ) -> Answered<'a, Established> {
        Box::pin(self.established(Op::Rotate {
            id: id.to_owned(),
            spec: spec.clone(),
        }))
    }

    fn delete<'a>(&'a self, _: &'a Call, id: &'a str, owner: &'a str) -> Answered<'a, ()> {
        Box::pin(async move {
            let (id, owner) = (id.to_owned(), owner.to_owned());
            self.ask(Op::Delete { id, owner }).await.map(drop)
        })
    }

    fn list_owned<'a>(
        &'a self,
        _: &'a Call,
        owner_prefix: &'a str,
        _: Option<&'a str>,
    ) -> Answered<'a, tunnel::Page> {
        Box::pin(async move {
            let prefix = owner_prefix.to_owned();
            match self.ask(Op::List { prefix }).await? {
                Reply::Tunnels(items) => Ok(tunnel::Page { items, next: None }),
                _ => Err(wrong()),
            }
        })
    }
}
