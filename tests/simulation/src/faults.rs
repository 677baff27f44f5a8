//! Faults between the operator and the API server.

use crate::{api::Resource, random::Random};
use std::time::Duration;
use tokio::time::Instant;

/// What becomes of the answer to a request that had its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It arrives.
    Arrives,
    /// The connection breaks before it arrives.
    Lost,
    /// It never arrives.
    Never,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It has its effect.
    Effect(Answer),
    /// The connection breaks before it has any.
    Reset,
    /// The server answers with an error.
    Refuse(u16),
    /// Nothing happens, and no answer arrives.
    Hang,
    /// The effect is late, and no answer arrives.
    Late(Duration),
}

/// What is wrong with requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    Resets,
    LostAnswers,
    Errors(u16),
    Hangs,
    LateWrites,
}

/// Trouble for a time.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub(crate) until: Instant,
    pub(crate) percent: u64,
    pub(crate) trouble: Trouble,
    /// Requests for this resource only.
    pub(crate) resource: Option<Resource>,
}

impl Window {
    pub(crate) fn fate(
        &self,
        resource: Resource,
        writes: bool,
        random: &mut Random,
    ) -> Option<Fate> {
        let applies = self.resource.is_none_or(|only| only == resource);
        if !applies || Instant::now() >= self.until || !random.percent(self.percent) {
            return None;
        }
        match self.trouble {
            Trouble::Resets => Some(Fate::Reset),
            Trouble::Errors(code) => Some(Fate::Refuse(code)),
            Trouble::LostAnswers if writes => Some(Fate::Effect(if random.percent(50) {
                Answer::Lost
            } else {
                Answer::Never
            })),
            Trouble::LateWrites if writes => {
                Some(Fate::Late(Duration::from_millis(random.between(50, 6000))))
            }
            Trouble::Hangs if writes => Some(Fate::Hang),
            _ => None,
        }
    }
}
