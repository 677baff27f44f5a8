//! Trying a plugin: alone, and with the conformance kit.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use ipnet::IpNet;

use super::Registry;

/// Calls one function of a plugin here, in the sandbox that the operator uses.
///
/// Nothing is reachable but what is granted, and credentials are put on requests by the sandbox, as in a cluster.
/// The argument is a JSON object with the function's parameters as `wit/` names them, bytes in base64; the result is JSON.
#[derive(Debug, Args)]
#[command(after_long_help = "Functions:
  dns.zones        {}
  dns.normalize    {\"records\": [{\"name\", \"kind\", \"ttl\", \"values\"}]}
  dns.observe      {\"zone\", \"names\": [\"a.example.com\"]}
  dns.apply        {\"zone\", \"changes\": [{\"create\": {\"records\", \"owner\"}}, {\"replace\": {\"records\", \"owner\", \"expect\"}},
                    {\"delete\": {\"name\", \"kind\", \"owner\"}}]}
  dns.list-owned   {\"zone\", \"owner-prefix\", \"cursor\"}
  tunnel.ensure    {\"spec\": {\"name\", \"owner\", \"routes\": [{\"hostname\", \"path\", \"service\"}]}}
  tunnel.observe   {\"id\"}             tunnel.delete      {\"id\", \"owner\"}
  tunnel.rotate    {\"id\", \"spec\"}     tunnel.set-routes  {\"id\", \"spec\", \"expect\"}
  tunnel.list-owned {\"owner-prefix\", \"cursor\"}
  registry.list-tags {\"repository\", \"cursor\"}
  registry.resolve   {\"repository\", \"reference\"}
  registry.list-referrers {\"repository\", \"digest\", \"artifact-type\", \"cursor\"}
  source.list-changes {\"repository\", \"filter\", \"cursor\"} and the other functions of source, builder, bundler and
  delivery, with the parameters of the files in wit/draft

Examples:
  maquette plugin run powerdns.wasm dns.zones --config '{\"url\": \"http://127.0.0.1:8081\"}' \\
    --credential api-key=env:PDNS_API_KEY --egress http://127.0.0.1:8081
  maquette plugin run powerdns.wasm dns.observe '{\"zone\": \"preview.test\", \"names\": [\"a.preview.test\"]}' \\
    --config @config.json --credential api-key=file:api-key --egress https://pdns.example.com:8081
  maquette plugin run mydns.wasm dns.zones --config @config.json --credential token=env:TOKEN \\
    --egress https://dns.example.com --record zones.json
  maquette plugin run mydns.wasm dns.zones --config @config.json --egress https://dns.example.com --replay zones.json")]
pub(crate) struct Run {
    /// A file, or REGISTRY/REPOSITORY with :TAG or @DIGEST.
    pub(crate) plugin: String,
    /// INTERFACE.FUNCTION, for example dns.observe.
    pub(crate) function: String,
    /// The function's parameters as a JSON object; @FILE reads it from a file.
    #[arg(default_value = "{}")]
    pub(crate) parameters: String,
    /// The Provider's spec.config as JSON; @FILE reads it from a file.
    #[arg(long, default_value = "{}", value_name = "JSON")]
    pub(crate) config: String,
    /// A credential and where its value is. Repeatable.
    #[arg(long, value_name = "NAME=env:VARIABLE|NAME=file:PATH")]
    pub(crate) credential: Vec<String>,
    /// A server that the plugin may reach: scheme, host and port. Repeatable.
    #[arg(long, value_name = "URL")]
    pub(crate) egress: Vec<String>,
    /// A range of private addresses that those servers' names may resolve to. Repeatable; addresses that are written
    /// in --egress are granted by that.
    #[arg(long, value_name = "CIDR")]
    pub(crate) egress_cidr: Vec<IpNet>,
    /// Seconds after which the call is ended.
    #[arg(long, default_value_t = 30, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) timeout: u64,
    /// Where the secret of the tunnel is that tunnel.ensure, tunnel.set-routes or tunnel.rotate is about: 32 bytes in
    /// base64. Without it a new one is made, which nobody learns.
    #[arg(long, value_name = "env:VARIABLE|file:PATH")]
    pub(crate) tunnel_secret: Option<String>,
    /// Writes what the provider is asked and answers into this file. Credentials are not in it; look through it before you
    /// publish it, what servers say of their data is.
    #[arg(long, value_name = "FILE", conflicts_with = "replay")]
    pub(crate) record: Option<PathBuf>,
    /// Answers from a recording in the provider's stead. Nothing is sent, and no credential is needed; a request that
    /// was not recorded ends the call with an error that names it.
    #[arg(long, value_name = "FILE")]
    pub(crate) replay: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) registry: Registry,
}

/// Holds a plugin to the rules of its interfaces, at a server of yours.
///
/// Runs the conformance kit: every rule of the contract, one after the other, through the sandbox that the operator uses.
/// The kit works in a zone that is given to it, under names of its own, and removes what it made. What a rule needs and was
/// not given counts as a failure, unless --unsupported says that the provider cannot keep the rule. Exit code 1 when
/// a rule is broken or was not shown.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  maquette plugin test target/maquette/mydns.wasm --memory
  maquette plugin test mydns.wasm --config '{\"url\": \"https://dns.example.com\"}' --credential token=env:TOKEN \\
    --zone conformance.example.com --other-writer ./write-past-the-plugin.sh \\
    --unsupported 'what_appeared_meanwhile_is_not_overwritten=the API has no preconditions'
  maquette plugin test --list

The program of --other-writer gets one JSON object on standard input and ends with 0 when it is done:
  {\"action\": \"put\", \"zone\", \"records\": {\"name\", \"kind\", \"ttl\", \"values\"}}  write it, without an owner mark
  {\"action\": \"take-records\", \"zone\", \"name\", \"kind\"}       take the records away, leave their owner mark
  {\"action\": \"remove\", \"zone\", \"name\", \"kind\"}             remove both, whatever is there of them
That of --pusher makes a tag name something else, and prints the digest of what it names now:
  {\"action\": \"move-tag\", \"repository\", \"tag\"}

The file of --contents, IMAGE being {\"tag\", \"digest\", \"mediaType\", \"created\", \"platforms\": [], \"labels\": {}}:
  {\"repository\", \"tags\": [], \"image\": IMAGE, \"index\": IMAGE, \"referrers\": [{\"digest\", \"artifactType\"}], \"moving\": TAG}

The file of --forge, with the names of the contract; CHANGE being {\"id\", \"title\", \"url\", \"author\", \"head-branch\", \"head-sha\",
\"head-repository\", \"base-branch\", \"labels\": [], \"draft\"}, and HOOK being {\"headers\": [{\"name\", \"value\"}], \"body\": BASE64}:
  {\"repository\", \"open\": [CHANGE], \"closed\": CHANGE, \"branches\": {NAME: SHA}, \"tag\": {\"name\", \"sha\"}, \"moving\": BRANCH, \"many\",
   \"webhook\": {\"signed\": HOOK, \"signature\": HEADER, \"hint\": {\"delivery\", \"repository\", \"change\"}, \"of-no-interest\": HOOK}}
The program of --forge-hand gets one of these, and prints what stands behind it:
  {\"action\": \"push\", \"repository\", \"branch\"}               the commit that the branch has now
  {\"action\": \"statuses\", \"repository\", \"sha\"}              [{\"name\", \"outcome\", \"description\", \"url\"}]
  {\"action\": \"deployments\", \"repository\", \"sha\"}           [{\"environment\", \"outcome\", \"url\", \"log-url\"}]
  {\"action\": \"comments\", \"repository\", \"change\"}           [{\"id\", \"ours\", \"body\"}]
  {\"action\": \"comment\", \"repository\", \"change\", \"body\"}  nothing: it is written as somebody else

The file of --builds, ENDING being {\"exit-code\", \"termination-message\", \"reason\", \"log-tail\"}:
  {\"other-config\": {}, \"succeeded\": {\"ending\": ENDING, \"digest\"}, \"no-revision\": ENDING, \"no-dockerfile\": ENDING}
The file of --engine, WRITTEN being {\"at\": POINTER, \"is\": VALUE} or {\"at\": POINTER, \"from\": POINTER}:
  {\"objects\": [{\"kind\", \"healthy\": [WRITTEN], \"progressing\": [], \"degraded\": [], \"suspended\": []}], \"revision\"}")]
pub(crate) struct Test {
    /// The plugin's file.
    #[arg(required_unless_present = "list")]
    pub(crate) file: Option<PathBuf>,
    /// Names every rule and ends.
    #[arg(long)]
    pub(crate) list: bool,
    /// Tests at the kit's own zones or forge in memory, which a new `dns` or `source` plugin speaks to.
    #[arg(long, conflicts_with_all = ["config", "zone", "credential", "other_writer"])]
    pub(crate) memory: bool,
    /// The Provider's spec.config as JSON; @FILE reads it from a file.
    #[arg(long, default_value = "{}", value_name = "JSON")]
    pub(crate) config: String,
    /// A credential and where its value is. Repeatable.
    #[arg(long, value_name = "NAME=env:VARIABLE|NAME=file:PATH")]
    pub(crate) credential: Vec<String>,
    /// A credential that is well-formed and wrong, where the word `wrong` is not well-formed. Repeatable.
    #[arg(long, value_name = "NAME=env:VARIABLE|NAME=file:PATH")]
    pub(crate) wrong_credential: Vec<String>,
    /// Zone that the rules of `dns` may work in.
    #[arg(long)]
    pub(crate) zone: Option<String>,
    /// How many record sets are more than one page of the provider's listing.
    #[arg(long, default_value_t = 25, requires = "zone")]
    pub(crate) many: usize,
    /// Program that writes to the zone past the plugin.
    #[arg(long, value_name = "PROGRAM", requires = "zone")]
    pub(crate) other_writer: Option<PathBuf>,
    /// File that says what is in the registry that the rules of `registry` read, as JSON.
    #[arg(long, value_name = "FILE", conflicts_with = "memory")]
    pub(crate) contents: Option<PathBuf>,
    /// Program that moves the tag that --contents names.
    #[arg(long, value_name = "PROGRAM", requires = "contents")]
    pub(crate) pusher: Option<PathBuf>,
    /// File with what the kit cannot know of a builder: how its builds end, and another configuration, as JSON.
    #[arg(long, value_name = "FILE", conflicts_with = "memory")]
    pub(crate) builds: Option<PathBuf>,
    /// File that says what the GitOps engine of a delivery plugin writes into its objects, as JSON.
    #[arg(long, value_name = "FILE", conflicts_with = "memory")]
    pub(crate) engine: Option<PathBuf>,
    /// File that says what is at the forge that the rules of `source` work on, as JSON.
    #[arg(long, value_name = "FILE", conflicts_with = "memory")]
    pub(crate) forge: Option<PathBuf>,
    /// Program that acts at the forge past the plugin, and sees there what the plugin wrote.
    #[arg(long, value_name = "PROGRAM", requires = "forge")]
    pub(crate) forge_hand: Option<PathBuf>,
    /// One more place in the configuration (a JSON pointer) with a server's URL, where the manifest names the vendor's own
    /// servers. Repeatable.
    #[arg(long, value_name = "POINTER")]
    pub(crate) server_at: Vec<String>,
    /// A request that changes nothing although it is no GET, for example `POST /token`. Repeatable.
    #[arg(long, value_name = "METHOD /PATH")]
    pub(crate) read: Vec<String>,
    /// A rule that the provider cannot keep, and why. It is not tried, and the report says so. Repeatable.
    #[arg(long, value_name = "RULE=WHY")]
    pub(crate) unsupported: Vec<String>,
    /// Only rules whose name contains this. Repeatable.
    #[arg(long, value_name = "TEXT")]
    pub(crate) only: Vec<String>,
    /// A server that the plugin may reach besides those that its manifest names. Repeatable.
    #[arg(long, value_name = "URL")]
    pub(crate) egress: Vec<String>,
    /// A range of private addresses that servers may be at. Loopback is granted. Repeatable.
    #[arg(long, value_name = "CIDR")]
    pub(crate) egress_cidr: Vec<IpNet>,
    /// File of certificates (PEM) that the servers may be signed by, besides the system's.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
}

/// Serves zones in memory, for the first tries of a new dns plugin.
///
/// The server that a plugin of `maquette plugin new --interface dns` speaks to, until it is interrupted. What it keeps is gone
/// then. There is no TLS: it is for trying things out.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  TOKEN=change-me maquette plugin zones --zone preview.test --token env:TOKEN
  maquette plugin zones --zone preview.test --token file:token --listen 127.0.0.1:8090")]
pub(crate) struct Zones {
    /// Name of the only zone.
    #[arg(long)]
    pub(crate) zone: String,
    /// Where the token is that requests have to carry.
    #[arg(long, value_name = "env:VARIABLE|file:PATH")]
    pub(crate) token: String,
    /// Address and port. The system chooses the port unless given.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,
}
