//! The web component of the shop example: counts visits in redis.
//!
//! `shop-web` serves; `shop-web migrate` prepares the database and ends.
//!
//! | variable | meaning |
//! |---|---|
//! | `REDIS` | `host:port` of redis |
//! | `PORT`  | port to listen on, 3000 where it is not set |
//! | `SELF`  | URL under which visitors reach the shop |

mod page;
mod store;

use anyhow::{Context, Result, bail};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    // The first process of a container gets no default signal handlers, so both commands watch for the end themselves.
    let mut terminate = signal(SignalKind::terminate()).context("watching SIGTERM")?;
    let command = std::env::args().nth(1);
    let redis = std::env::var("REDIS").context("REDIS is not set; give host:port of redis")?;

    match command.as_deref() {
        None => {
            let port = std::env::var("PORT").unwrap_or_else(|_| "3000".into());
            let port: u16 = port
                .parse()
                .with_context(|| format!("PORT={port} is no port"))?;
            let url = std::env::var("SELF").unwrap_or_else(|_| format!("http://localhost:{port}"));
            let listener = TcpListener::bind(("0.0.0.0", port))
                .await
                .with_context(|| format!("listening on {port}"))?;
            println!("listening on {}", listener.local_addr()?);
            axum::serve(listener, page::router(store::Store::new(&redis)?, url))
                .with_graceful_shutdown(async move {
                    terminate.recv().await;
                })
                .await?;
            println!("stopped");
            Ok(())
        }
        Some("migrate") => tokio::select! {
            done = store::migrate(&redis) => { println!("{}", done?); Ok(()) }
            _ = terminate.recv() => bail!("told to stop before redis answered"),
        },
        Some(other) => bail!("unknown command {other}; there is only `migrate`"),
    }
}
