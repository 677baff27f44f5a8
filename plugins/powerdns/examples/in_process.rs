//! What `normalize` with one record set takes without a plugin host: the same function, called as a program calls one.
//! Prints one line of JSON. `cargo xtask bench call` subtracts it from what a call of the plugin takes.

use std::hint::black_box;
use std::time::{Duration, Instant};

use maquette_sdk::dns::{RecordSet, RecordType};
use maquette_sdk::native::Native;
use maquette_sdk::{Context, Dns as _, Result};
use powerdns::{Config, PowerDns};

const CALLS: usize = 20_000;
const WARM: usize = 200;

fn main() -> Result<()> {
    let config = Config {
        url: "http://127.0.0.1:9".to_owned(),
        server: "localhost".to_owned(),
    };
    let context = Context::new(config, Box::new(Native::new([])), Duration::from_secs(30));
    let record = RecordSet {
        name: "web.preview.example.com".to_owned(),
        kind: RecordType::A,
        ttl: 60,
        values: vec!["192.0.2.1".to_owned()],
    };
    let mut times = Vec::with_capacity(CALLS);
    for call in 0..WARM + CALLS {
        let records = vec![record.clone()];
        let started = Instant::now();
        black_box(PowerDns.normalize(&context, black_box(records))?);
        if call >= WARM {
            times.push(started.elapsed());
        }
    }
    times.sort();
    let median = times.get(CALLS / 2).copied().unwrap_or_default();
    println!(
        "{}",
        serde_json::json!({ "p50_us": median.as_secs_f64() * 1e6 })
    );
    Ok(())
}
