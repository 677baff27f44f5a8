//! One BIND 9 with one zone, in a folder of its own. Standard library and `tempfile` only, so that other crates' tests can
//! include this file.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The key that may do everything, in the form of `dig -y`.
pub(crate) const KEY: &str = "hmac-sha256:maquette-key:bWFxdWV0dGUtY2FuYXJ5LTdmM2EtbWFxdWV0dGU=";
/// A key that may only transfer, and one that may do nothing.
pub(crate) const READER: &str = "hmac-sha512:reader:bWFxdWV0dGUtcmVhZGVyLTdmM2EtbWFxdWV0dGU=";
pub(crate) const STRANGER: &str = "hmac-sha256:stranger:bWFxdWV0dGUtc3RyYW5nZXItN2YzYS1tYXF1ZXR0";
/// The zone of every server.
pub(crate) const ZONE: &str = "preview.test";
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server; ends with this value.
pub(crate) struct Bind {
    pub(crate) port: u16,
    server: Child,
    _folder: tempfile::TempDir,
}

impl Bind {
    /// Starts a server that has the zone [`ZONE`]. [`KEY`] may change everything in it but `*.locked.preview.test`.
    pub(crate) fn start() -> Self {
        // Somebody else may take a port between its choice and its use; then the server ends and others are tried.
        (0..5)
            .find_map(|_| Self::try_start())
            .expect("named does not start")
    }

    fn try_start() -> Option<Self> {
        let own = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let key = |text: &str| {
            let parts: Vec<&str> = text.split(':').collect();
            format!(
                "key \"{}\" {{ algorithm {}; secret \"{}\"; }};\n",
                parts[1], parts[0], parts[2]
            )
        };
        let configuration = format!(
            "{}{}{}options {{\n directory \"{folder}\";\n pid-file none; session-keyfile none; lock-file none;\n \
             listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};\n recursion no; notify no; \
             dnssec-validation no; minimal-responses yes; transfer-format one-answer;\n \
             allow-query {{ key maquette-key; key reader; }};\n \
             allow-transfer {{ key maquette-key; key reader; }};\n}};\ncontrols {{ }};\n\
             zone \"{ZONE}\" {{ type primary; file \"zone\";\n update-policy {{\n \
             deny maquette-key subdomain locked.{ZONE} ANY;\n grant maquette-key zonesub ANY;\n }}; }};\n",
            key(KEY),
            key(READER),
            key(STRANGER),
            folder = own.path().display(),
        );
        std::fs::write(own.path().join("named.conf"), configuration).unwrap();
        let zone = format!(
            "$TTL 300\n@ IN SOA ns.{ZONE}. hostmaster.{ZONE}. 1 3600 600 86400 60\n@ IN NS ns.{ZONE}.\nns IN A 127.0.0.1\n"
        );
        std::fs::write(own.path().join("zone"), zone).unwrap();
        let log = std::fs::File::create(own.path().join("log")).unwrap();
        let mut server = Command::new("/usr/sbin/named")
            .args(["-g", "-n", "1", "-c"])
            .arg(own.path().join("named.conf"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("named is not installed; install the Debian package bind9");
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if server.try_wait().unwrap().is_some() {
                eprintln!(
                    "{}",
                    std::fs::read_to_string(own.path().join("log")).unwrap()
                );
                return None;
            }
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(Self {
                    port,
                    server,
                    _folder: own,
                });
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = server.kill();
        let _ = server.wait();
        None
    }

    /// The server as users write it.
    pub(crate) fn url(&self) -> String {
        format!("tcp://127.0.0.1:{}", self.port)
    }

    /// Changes the zone as an administrator would, past the plugin: lines for nsupdate(1).
    pub(crate) fn by_hand(&self, lines: &str) {
        nsupdate(self.port, lines).unwrap();
    }

    /// What the zone holds of this name and its marks, as dig(1) shows it, sorted, without the times to live of marks.
    pub(crate) fn stored(&self, name: &str) -> Vec<String> {
        let mut lines: Vec<String> = self
            .dig(&["axfr", ZONE])
            .into_iter()
            .filter(|line| {
                let owner = line.split(' ').next().unwrap_or_default();
                owner == format!("{name}.")
                    || (owner.starts_with("_mq-") && owner.ends_with(&format!(".{name}.")))
            })
            .collect();
        lines.sort_unstable();
        lines.dedup();
        lines
    }

    /// Serial of the zone: it grows with every change.
    pub(crate) fn serial(&self) -> u64 {
        let lines = self.dig(&["soa", ZONE]);
        let words: Vec<&str> = lines.first().expect("a SOA record").split(' ').collect();
        words[6].parse().unwrap()
    }

    fn dig(&self, question: &[&str]) -> Vec<String> {
        let output = Command::new("dig")
            .args(["@127.0.0.1", "-p", &self.port.to_string(), "-y", KEY])
            .args(["+tcp", "+noall", "+answer", "+nocrypto"])
            .args(question)
            .output()
            .expect("dig is not installed; install the Debian package bind9-dnsutils");
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines()
            .filter(|line| !line.is_empty() && !line.starts_with(';'))
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect()
    }
}

/// Gives these lines to nsupdate(1).
pub(crate) fn nsupdate(port: u16, lines: &str) -> Result<(), String> {
    let mut nsupdate = Command::new("nsupdate")
        .args(["-v", "-y", KEY])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("nsupdate is not installed; install the Debian package bind9-dnsutils");
    let script = format!("server 127.0.0.1 {port}\nzone {ZONE}\n{lines}\nsend\n");
    let mut stdin = nsupdate.stdin.take().unwrap();
    stdin.write_all(script.as_bytes()).unwrap();
    drop(stdin);
    let output = nsupdate.wait_with_output().unwrap();
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

impl Drop for Bind {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
