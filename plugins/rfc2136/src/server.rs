//! The exchanges with the server. Nothing is decided here.

use maquette_sdk::dns::batch::State;
use maquette_sdk::dns::message::{Answer, SOA, query};
use maquette_sdk::dns::{Name, Transport};
use maquette_sdk::{Context, Result};

use crate::config::{Config, KEY};
use crate::failure::{Sent, answered, no_zone, updated};
use crate::state::{Raw, state};
use crate::update::{Planned, update};

/// One server.
pub(crate) struct Server<'a> {
    transport: Transport<'a>,
}

impl<'a> Server<'a> {
    pub(crate) fn new(ctx: &'a Context<Config>) -> Self {
        Self {
            transport: ctx.dns_transport(&ctx.config.server, Some(KEY)),
        }
    }

    /// Whether the server speaks for the zone.
    ///
    /// # Errors
    /// [`maquette_sdk::Error::NotFound`] when it does not.
    pub(crate) fn verify(&self, zone: &Name) -> Result<()> {
        let answer = Answer::parse(&self.transport.exchange(&query(zone, SOA)?)?)?;
        answered(zone, answer.rcode)?;
        let soa = answer
            .records
            .iter()
            .any(|record| record.type_number == SOA && record.name == zone.as_str());
        if soa && answer.authoritative {
            Ok(())
        } else {
            Err(no_zone(zone))
        }
    }

    /// All that the zone holds.
    pub(crate) fn read(&self, zone: &Name) -> Result<State<Raw>> {
        let mut records = Vec::new();
        for message in self.transport.transfer(zone.as_str())? {
            let answer = Answer::parse(&message)?;
            answered(zone, answer.rcode)?;
            records.extend(answer.records);
        }
        Ok(state(&records))
    }

    /// Makes all of these writes or none.
    pub(crate) fn write(&self, zone: &Name, writes: &[Planned]) -> Sent {
        let answer = update(zone, writes)
            .and_then(|update| update.finish())
            .and_then(|message| self.transport.exchange(&message))
            .and_then(|answer| Answer::parse(&answer));
        match answer {
            Ok(answer) => updated(zone, answer.rcode),
            Err(error) => Sent::Failed(error),
        }
    }
}
