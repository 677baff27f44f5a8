//! What the name resolves to and what answers there: asked with dig and curl, as a user would.

use std::net::{IpAddr, SocketAddr};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// What a DNS server says of a name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Its addresses.
    Addresses(Vec<IpAddr>),
    /// It does not exist (RFC 1035, section 4.1.1, response code 3).
    NoSuchName,
}

/// Asks `server` for the A records of `name`; without a server, the machine's resolver.
pub(crate) fn dig(server: Option<SocketAddr>, name: &str) -> Result<(String, Answer)> {
    let mut command = Command::new("dig");
    if let Some(server) = server {
        command.arg(format!("@{}", server.ip()));
        if server.port() != 53 {
            command.args(["-p", &server.port().to_string()]);
        }
    }
    command.args([name, "A"]);
    let line = line(&command);
    let output = output(command.args(["+noall", "+comments", "+answer", "+time=2", "+tries=2"]))?;
    Ok((
        line,
        read(&output).with_context(|| output.trim().to_owned())?,
    ))
}

fn read(output: &str) -> Result<Answer> {
    let status = output
        .split("status: ")
        .nth(1)
        .and_then(|rest| rest.split(',').next());
    match status {
        Some("NXDOMAIN") => Ok(Answer::NoSuchName),
        Some("NOERROR") => {
            let records = output.lines().filter(|line| !line.starts_with(';'));
            let addresses = records.filter_map(|line| line.split_whitespace().last()?.parse().ok());
            Ok(Answer::Addresses(addresses.collect()))
        }
        Some(other) => bail!("the DNS server answers {other}"),
        None => bail!("the DNS server does not answer"),
    }
}

/// Gets a URL whose host is reached at `address`.
pub(crate) fn curl(url: &str, address: IpAddr) -> Result<(String, String)> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or(rest);
    let (host, port) = authority.split_once(':').unwrap_or((
        authority,
        if url.starts_with("https:") {
            "443"
        } else {
            "80"
        },
    ));
    let mut command = Command::new("curl");
    command.args([
        "--silent",
        "--show-error",
        "--fail-with-body",
        "--max-time",
        "10",
    ]);
    command.args(["--resolve", &format!("{host}:{port}:{address}"), url]);
    Ok((line(&command), output(&mut command)?))
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

fn output(command: &mut Command) -> Result<String> {
    let name = line(command);
    let output = command
        .output()
        .with_context(|| format!("running `{name}`; is it installed?"))?;
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    if !output.status.success() {
        bail!("`{name}` failed: {} {}", out.trim(), err.trim());
    }
    Ok(out.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_section_is_read() {
        let output = ";; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1\n\n;; ANSWER SECTION:\nshop.preview.test.\t60\tIN\tA\t198.18.0.1\n";
        assert_eq!(
            read(output).unwrap(),
            Answer::Addresses(vec!["198.18.0.1".parse().unwrap()])
        );
    }

    #[test]
    fn an_absent_name_and_a_name_without_addresses_are_told_apart() {
        assert_eq!(
            read(";; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 1").unwrap(),
            Answer::NoSuchName
        );
        assert_eq!(
            read(";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1").unwrap(),
            Answer::Addresses(vec![])
        );
        assert!(read(";; ->>HEADER<<- opcode: QUERY, status: SERVFAIL, id: 1").is_err());
    }
}
