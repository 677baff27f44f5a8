//! The world as the tasks of one run share it.

use crate::{api::table, world::World};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::Notify;

/// How long a connection may be silent before the client ends it.
const SILENCE: Duration = Duration::from_mins(1);

/// The world, for all tasks of one run.
pub(crate) type Shared = Arc<Sim>;

/// The world and the bells that ring when it changes.
pub(crate) struct Sim {
    world: Mutex<World>,
    /// Watches of a resource.
    pub(crate) changed: Vec<Notify>,
    /// The cluster's controllers.
    pub(crate) work: Notify,
    /// The end of an instance, or a violation.
    pub(crate) news: Notify,
    /// The end of faults, which broken connections hear of.
    pub(crate) recovered: Notify,
}

impl Sim {
    pub(crate) fn new(world: World) -> Shared {
        Arc::new(Self {
            world: Mutex::new(world),
            changed: table().iter().map(|_| Notify::new()).collect(),
            work: Notify::new(),
            news: Notify::new(),
            recovered: Notify::new(),
        })
    }

    /// A connection on which nothing arrives any more, until the client finds out.
    pub(crate) async fn silence(&self) {
        let _ = tokio::time::timeout(SILENCE, self.recovered.notified()).await;
    }

    /// Does something to the world, then tells those who wait for it.
    pub(crate) fn with<R>(&self, act: impl FnOnce(&mut World) -> R) -> R {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        let result = act(&mut world);
        let touched = std::mem::take(&mut world.touched);
        let work = std::mem::take(&mut world.jobs.is_new);
        let news = std::mem::take(&mut world.has_news);
        drop(world);
        for resource in touched {
            self.changed[resource].notify_waiters();
        }
        if work {
            self.work.notify_one();
        }
        if news {
            self.news.notify_one();
        }
        result
    }
}
