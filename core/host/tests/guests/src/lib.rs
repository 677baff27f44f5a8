//! A plugin that does, well and badly, what the host has to cope with. `observe` does what its zone says, `observe` and
//! `apply` what the `behaviour` of the configuration says; the other functions answer like a provider that has nothing.

mod http;

wit_bindgen::generate!({
    world: "maquette:dns/dns-plugin",
    path: ["../../../../wit/since-v0.1.0/plugin", "../../../../wit/since-v0.1.0/dns"],
    generate_all,
});

use exports::maquette::{
    dns::dns::{Change, Guest as Dns, Observed, Page, RecordSet, RecordType, Zone},
    plugin::manifest::{
        Credential, Description, Guest as Manifest, Host, Parameters, Placement, Provision, Text,
        Token,
    },
};
use maquette::plugin::{
    credentials, dns_transport,
    log::{self, Level},
    memory,
    types::{Context, Error, FieldError},
};

struct Guest;

export!(Guest);

impl Manifest for Guest {
    fn describe() -> Description {
        let credential = |name: &str, placement, provision| Credential {
            name: name.into(),
            description: format!("The {name} of the test server."),
            placement,
            provision,
            group: None,
            hosts: vec![],
        };
        let app = Placement::SignedToken(Token {
            audience: Some(Text::FromConfig("/audience".into())),
            scope: Some("dns:write".into()),
        });
        Description {
            name: "guest".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            summary: "What the host's tests call".into(),
            docs_url: None,
            config_schema: r#"{"type":"object","required":["url"],"additionalProperties":false,
                "properties":{"url":{"type":"string"},"behaviour":{"type":"string"},"retries":{"type":"integer","maximum":9},
                "audience":{"type":"string","default":"https://dns.example/"}}}"#
                .into(),
            credentials: vec![
                credential("api-key", Placement::Header("X-API-Key".into()), Provision::Required),
                credential("login", Placement::Basic, Provision::Optional),
                credential("token", Placement::Bearer, Provision::Optional),
                credential("key", Placement::HmacKey, Provision::Optional),
                credential("aws", Placement::AwsSigv4("dns".into()), Provision::Optional),
                credential("app", app, Provision::Optional),
            ],
            options: vec![Parameters {
                of: "dns".into(),
                schema: r#"{"type":"object","properties":{"proxied":{"type":"boolean","default":false}}}"#.into(),
            }],
            hosts: vec![Host::FromConfig("/url".into())],
            secret_places: vec![],
            objects: vec![],
            lacks: vec![],
        }
    }
}

impl Dns for Guest {
    fn zones(ctx: Context) -> Result<Vec<Zone>, Error> {
        Ok(vec![Zone {
            name: ctx.object,
            id: ctx.idempotency_key,
        }])
    }

    fn normalize(_: Context, mut records: Vec<RecordSet>) -> Result<Vec<RecordSet>, Error> {
        for records in &mut records {
            records.name = records.name.to_lowercase();
            records.values.sort();
        }
        Ok(records)
    }

    fn observe(ctx: Context, zone: String, names: Vec<String>) -> Result<Vec<Observed>, Error> {
        let argument = names.first().cloned().unwrap_or_default();
        let zone = configured(&ctx).unwrap_or(zone);
        let values = behave(&ctx, &zone, &argument)?;
        let name = if zone == "answers-another-name" {
            "other.example.com".into()
        } else {
            argument
        };
        Ok(vec![Observed {
            records: text(name, values),
            owner: None,
            etag: "1".into(),
        }])
    }

    fn apply(
        ctx: Context,
        zone: String,
        changes: Vec<Change>,
    ) -> Result<Vec<Result<String, Error>>, Error> {
        if let Some(behaviour) = configured(&ctx) {
            behave(&ctx, &behaviour, "")?;
        }
        if zone == "forgets-an-outcome" {
            return Ok(vec![]);
        }
        Ok(changes
            .into_iter()
            .map(|change| match change {
                Change::Create(creation) if creation.records.name.starts_with("taken") => {
                    Err(Error::Conflict(Some("somebody".into())))
                }
                Change::Create(creation) => {
                    Ok(format!("{} {}", creation.owner, creation.records.name))
                }
                Change::Replace(replacement) => Ok(format!("after {}", replacement.expect)),
                Change::Delete(_) => Ok(String::new()),
            })
            .collect())
    }

    fn list_owned(
        _: Context,
        _: String,
        prefix: String,
        cursor: Option<String>,
    ) -> Result<Page, Error> {
        let number = cursor.as_deref().unwrap_or("1").to_owned();
        let item = Observed {
            records: text(format!("{number}.example.com"), vec![]),
            owner: Some(format!("{prefix}x")),
            etag: number.clone(),
        };
        Ok(Page {
            items: vec![item],
            next: (number == "1").then(|| "2".into()),
        })
    }
}

fn text(name: String, values: Vec<String>) -> RecordSet {
    RecordSet {
        name,
        kind: RecordType::Txt,
        ttl: 60,
        values,
    }
}

/// The behaviour that the configuration names.
fn configured(ctx: &Context) -> Option<String> {
    field(&ctx.config, "behaviour")
}

/// A text of the configuration.
fn field(config: &str, name: &str) -> Option<String> {
    let (_, rest) = config.split_once(&format!(r#""{name}":""#))?;
    Some(rest.split_once('"')?.0.to_owned())
}

fn behave(ctx: &Context, zone: &str, argument: &str) -> Result<Vec<String>, Error> {
    match zone {
        "loops" => loop {
            std::hint::black_box(0);
        },
        "eats-memory" => {
            let mut eaten: Vec<Vec<u8>> = Vec::new();
            loop {
                eaten.push(std::hint::black_box(vec![1; 1 << 20]));
            }
        }
        "panics" => panic!("the guest panicked on purpose"),
        "overflows-its-stack" => Ok(vec![dive(1).to_string()]),
        "sleeps" => {
            std::thread::sleep(std::time::Duration::from_secs(3600));
            Ok(vec![])
        }
        "returns-too-much" => Ok(vec!["x".repeat(40 << 20)]),
        "floods-the-log" => {
            for line in 0..100_000 {
                log::write(Level::Info, &format!("line {line}"));
            }
            Ok(vec![])
        }
        "logs" => {
            log::write(Level::Info, argument);
            Ok(vec![])
        }
        "floods-stderr" => {
            for line in 0..100_000 {
                eprintln!("line {line}");
            }
            Ok(vec![])
        }
        "remembers" => {
            static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
            Ok(vec![
                COUNT
                    .fetch_add(1, std::sync::atomic::Ordering::Relaxed)
                    .to_string(),
            ])
        }
        "looks-around" => {
            let variables = std::env::vars().count();
            let arguments = std::env::args().count();
            let input = std::io::stdin().lines().count();
            Ok(vec![format!(
                "{variables} variables, {arguments} arguments, {input} lines of input"
            )])
        }
        "refuses" => Err(Error::Invalid(FieldError {
            path: "values[0]".into(),
            message: argument.into(),
        })),
        "answers-another-name" => Ok(vec![]),
        "tells-its-context" => Ok(vec![
            ctx.installation.clone(),
            ctx.object.clone(),
            ctx.config.clone(),
        ]),
        "tells-its-options" => Ok(vec![ctx.options.clone()]),
        "verifies" => {
            let signature: Vec<u8> = (0..argument.len() / 2)
                .filter_map(|at| u8::from_str_radix(&argument[2 * at..2 * at + 2], 16).ok())
                .collect();
            let answers =
                (0..20).map(|_| credentials::verify_hmac_sha256("key", b"a message", &signature));
            Ok(answers.map(|answer| format!("{answer:?}")).collect())
        }
        "keeps" => {
            let before =
                memory::recall("token").map(|value| String::from_utf8_lossy(&value).into_owned());
            memory::keep("token", argument.as_bytes(), 60, true);
            log::write(Level::Info, &format!("kept {argument}"));
            Ok(vec![before.unwrap_or_default()])
        }
        "signs-elsewhere" => {
            let ways = [
                credentials::aws_authorization("app", "id", "region"),
                credentials::aws_authorization("key", "id", "region"),
                credentials::token_authorization("aws", "me", None),
                credentials::token_authorization("api-key", "me", None),
                credentials::header_value("aws"),
                credentials::header_value("app"),
            ];
            Ok(ways.map(|way| format!("{way:?}")).into())
        }
        "asks-for-credentials" => Ok(["api-key", "login", "token", "key", "other"]
            .map(|name| format!("{:?}", credentials::header_value(name)))
            .into()),
        "calls-elsewhere" => http::send("GET\nhttp://198.51.100.7:8053/"),
        "reads-old-memory" => {
            let pages = core::arch::wasm32::memory_grow::<0>(64);
            let start = pages * 65536;
            // SAFETY: these pages were just added to this memory and belong to nobody else.
            let fresh = unsafe { std::slice::from_raw_parts(start as *const u8, 64 * 65536) };
            let dirty = fresh.iter().filter(|byte| **byte != 0).count();
            Ok(vec![format!("{dirty} bytes are not zero")])
        }
        "tells-in-an-error" => Err(Error::Other(http::send(argument)?.join(" "))),
        "tells-in-a-panic" => panic!("{}", http::send(argument)?.join(" ")),
        "tells-in-the-log" => {
            log::write(Level::Error, &http::send(argument)?.join(" "));
            Ok(vec![])
        }
        "tells-what-it-was-told" => {
            let url = field(&ctx.config, "url").unwrap_or_default();
            let told = http::send(&format!("GET\n{url}/\nX-API-Key: {{api-key}}"))?.join(" ");
            log::write(Level::Error, &told);
            eprintln!("{told}");
            Err(Error::Other(told))
        }
        "leaks-handles" => loop {
            std::mem::forget(wasip2::http::types::Fields::new());
        },
        "floods-headers" => {
            let fields = wasip2::http::types::Fields::new();
            loop {
                let _ = fields.append("x-flood", &[b'x'; 4096]);
            }
        }
        "guesses" => {
            // As long as there is an answer: a wrong one is one, too.
            let answers = (0_u32..1_000_000).take_while(|guess| {
                let guess = credentials::matches("key", format!("{argument}{guess}").as_bytes());
                guess.is_ok()
            });
            Ok(vec![answers.count().to_string()])
        }
        "exchanges" => {
            let question = b"\0\x01\x01\0\0\x01\0\0\0\0\0\0\x04test\0\0\x01\0\x01";
            let answer = dns_transport::exchange(argument, None, question);
            answer
                .map(|_| vec![])
                .map_err(|error| Error::Other(format!("{error:?}")))
        }
        "sends" => http::send(argument),
        "sends-often" => {
            for _ in 0..1_000_000 {
                let _ = http::send(argument);
            }
            Ok(vec![])
        }
        other => Err(Error::NotFound(other.into())),
    }
}

#[expect(unconditional_recursion, reason = "on purpose")]
fn dive(depth: u64) -> u64 {
    let here = std::hint::black_box([depth; 64]);
    dive(depth + 1) + here[0]
}
