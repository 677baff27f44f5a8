//! The visits in redis.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use redis::aio::MultiplexedConnection;
use redis::{AsyncCommands, Client};

/// Key that the migration sets; without it the shop does not count.
const SCHEMA: &str = "shop:schema";
const SCHEMA_VERSION: u32 = 1;
const VISITS: &str = "shop:visits";
/// How long a migration waits for redis before the Job's pod fails and is started anew.
const PATIENCE: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(200);

/// Where visits are counted. A connection lives as long as a request: a redis that moved is found at the next visit.
#[derive(Clone)]
pub(crate) struct Store {
    client: Client,
}

impl Store {
    /// `address` is `host:port`.
    pub(crate) fn new(address: &str) -> Result<Self> {
        let client = Client::open(format!("redis://{address}"))
            .with_context(|| format!("REDIS={address} is no host:port"))?;
        Ok(Self { client })
    }

    async fn connect(&self) -> Result<MultiplexedConnection> {
        self.client
            .get_multiplexed_async_connection()
            .await
            .context("connecting to redis")
    }

    /// Fails unless redis answers and the migration ran.
    pub(crate) async fn check(&self) -> Result<()> {
        self.migrated().await.map(drop)
    }

    /// Counts one visit and returns how many there were.
    pub(crate) async fn count(&self) -> Result<u64> {
        self.migrated()
            .await?
            .incr(VISITS, 1_u32)
            .await
            .context("counting the visit")
    }

    async fn migrated(&self) -> Result<MultiplexedConnection> {
        let mut connection = self.connect().await?;
        match connection
            .get::<_, Option<u32>>(SCHEMA)
            .await
            .context("reading the schema version")?
        {
            Some(SCHEMA_VERSION) => Ok(connection),
            Some(other) => bail!("redis has schema {other}, this shop needs {SCHEMA_VERSION}"),
            None => bail!("redis has no schema; run `shop-web migrate` first"),
        }
    }
}

/// Waits for redis and sets the schema version once. Says what it did.
pub(crate) async fn migrate(address: &str) -> Result<String> {
    let store = Store::new(address)?;
    let deadline = Instant::now() + PATIENCE;
    let mut connection = loop {
        match store.connect().await {
            Ok(connection) => break connection,
            Err(error) if Instant::now() > deadline => return Err(error),
            Err(error) => eprintln!("waiting for redis at {address}: {error:#}"),
        }
        tokio::time::sleep(PAUSE).await;
    };
    let first: bool = connection
        .set_nx(SCHEMA, SCHEMA_VERSION)
        .await
        .context("setting the schema version")?;
    Ok(if first {
        format!("schema {SCHEMA_VERSION} set")
    } else {
        format!("schema {SCHEMA_VERSION} was already set")
    })
}
