//! Routes as frp's proxies (<https://github.com/fatedier/frp/blob/v0.65.0/conf/frpc_full_example.toml>).

use std::collections::BTreeSet;
use std::fmt::Write as _;

use maquette_sdk::tunnel::{Route, Spec};
use maquette_sdk::{Error, Result};

use crate::toml::quoted;

/// What frp calls the way of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Chosen by the host and the path of each request.
    Http,
    /// Chosen by the server name of the TLS handshake; TLS ends in the service.
    Https,
    /// A port of the server's own, the same as the service's.
    Tcp,
}

/// The service of a route.
struct Service<'a> {
    kind: Kind,
    host: &'a str,
    port: u16,
}

/// Every route as a `[[proxies]]` table.
pub(crate) fn proxies(spec: &Spec) -> Result<String> {
    let mut seen = BTreeSet::new();
    let mut tables = String::new();
    for (at, route) in spec.routes.iter().enumerate() {
        let service = service(route, at)?;
        if !seen.insert((service.kind.as_str(), &route.hostname, &route.path)) {
            let message = "another route has the same hostname and path".to_owned();
            return Err(Error::invalid(format!("routes[{at}]"), message));
        }
        tables.push_str(&table(spec, route, &service));
    }
    Ok(tables)
}

fn service(route: &Route, at: usize) -> Result<Service<'_>> {
    let field = format!("routes[{at}].service");
    let invalid = || {
        let message = format!(
            "`{}` is no http://, https:// or tcp:// URL with host and port",
            route.service
        );
        Error::invalid(field.clone(), message)
    };
    let (scheme, rest) = route.service.split_once("://").ok_or_else(invalid)?;
    let kind = match scheme {
        "http" => Kind::Http,
        "https" => Kind::Https,
        "tcp" => Kind::Tcp,
        _ => return Err(invalid()),
    };
    let (host, port) = rest.rsplit_once(':').ok_or_else(invalid)?;
    let port = port.parse().map_err(|_| invalid())?;
    if kind != Kind::Http && route.path.is_some() {
        let message = format!(
            "frp sees no paths of `{scheme}` services, which it passes on as they are; leave the path out or use `http`"
        );
        return Err(Error::invalid(format!("routes[{at}].path"), message));
    }
    Ok(Service { kind, host, port })
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Tcp => "tcp",
        }
    }
}

fn table(spec: &Spec, route: &Route, service: &Service<'_>) -> String {
    // frp routes a group to one host and path, so each route has its own.
    let path = route.path.as_deref().unwrap_or_default();
    let name = format!("{}:{}{path}", service.kind.as_str(), route.hostname);
    let group = format!("{}/{name}", spec.name);
    let mut table = String::from("\n[[proxies]]\n");
    // Writing to a String cannot fail.
    let _ = writeln!(table, "name = {}", quoted(&name));
    let _ = writeln!(table, "type = \"{}\"", service.kind.as_str());
    match service.kind {
        Kind::Tcp => {
            let _ = writeln!(table, "remotePort = {}", service.port);
        }
        Kind::Http | Kind::Https => {
            let _ = writeln!(table, "customDomains = [{}]", quoted(&route.hostname));
        }
    }
    if !path.is_empty() {
        let _ = writeln!(table, "locations = [{}]", quoted(path));
    }
    let _ = writeln!(table, "localIP = {}", quoted(service.host));
    let _ = writeln!(table, "localPort = {}", service.port);
    let _ = writeln!(table, "loadBalancer.group = {}", quoted(&group));
    let _ = writeln!(table, "loadBalancer.groupKey = {}", quoted(&spec.owner));
    table
}
