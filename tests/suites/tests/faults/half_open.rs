//! A connection whose peer vanished without a word: a NAT forgot it, or the node of a load balancer died.

use std::process::Command;
use std::time::Duration;

use super::support::proxy::Proxy;
use super::support::scene::next_name;
use super::support::{Scene, operator};
use super::workspaces::one;

/// A network namespace with a way to this machine.
struct Network {
    name: String,
}

const HOST: &str = "169.254.77.1";
const INSIDE: &str = "169.254.77.2";

impl Network {
    fn create() -> Self {
        let name = format!("mq-half-open-{}", std::process::id());
        let network = Self { name };
        let (name, veth) = (network.name.as_str(), "mqhalfopen");
        run(&["ip", "netns", "add", name]);
        run(&[
            "ip", "link", "add", veth, "type", "veth", "peer", "name", "up0", "netns", name,
        ]);
        run(&["ip", "address", "add", &format!("{HOST}/30"), "dev", veth]);
        run(&["ip", "link", "set", veth, "up"]);
        network.run(&[
            "ip",
            "address",
            "add",
            &format!("{INSIDE}/30"),
            "dev",
            "up0",
        ]);
        network.run(&["ip", "link", "set", "up0", "up"]);
        network.run(&["ip", "link", "set", "lo", "up"]);
        network
    }

    fn run(&self, command: &[&str]) -> String {
        run(&[&["ip", "netns", "exec", &self.name], command].concat())
    }

    /// From now on nothing of the connections that exist passes, in both directions and without an answer. New ones do.
    fn forget_connections(&self) -> usize {
        // proc(5): the local address and port in hexadecimal, and the state, where 01 is ESTABLISHED.
        let table = self.run(&["cat", "/proc/net/tcp"]);
        let ports = table.lines().skip(1).filter_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let (_, port) = words[1].split_once(':')?;
            (words[3] == "01").then(|| u16::from_str_radix(port, 16).unwrap().to_string())
        });
        let ports: Vec<String> = ports.collect();
        let set = ports.join(", ");
        let rules = format!(
            "table inet forget {{
                chain output {{ type filter hook output priority 0; tcp sport {{ {set} }} drop; }}
                chain input {{ type filter hook input priority 0; tcp dport {{ {set} }} drop; }}
            }}"
        );
        self.run(&["nft", &rules]);
        ports.len()
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        // The other end of the pair disappears with it.
        let _ = Command::new("ip")
            .args(["netns", "delete", &self.name])
            .status();
    }
}

fn run(command: &[&str]) -> String {
    let done = Command::new(command[0])
        .args(&command[1..])
        .output()
        .unwrap();
    assert!(done.status.success(), "{command:?}: {done:?}");
    String::from_utf8(done.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn watches_whose_peer_vanished_are_replaced_within_a_minute() {
    let scene = Scene::start().await;
    let former = scene.operator.lock().unwrap().clone();
    operator::terminate(&former);
    let network = Network::create();
    let world = &scene.world;
    let client = world.control_plane.client().await.unwrap();
    let proxy = Proxy::start_at(client, HOST).await;
    let process = operator::start_through(
        &["/usr/sbin/ip", "netns", "exec", &network.name],
        &world.control_plane,
        &next_name(),
        &proxy.url,
        &world.registry,
        &[],
    );
    *scene.operator.lock().unwrap() = process;
    let is_ready = async |name: &str, within: u64| {
        scene
            .within(
                Duration::from_secs(within),
                &format!("workspace {name} to be Ready"),
                async || match scene.ready("Workspace", name).await? {
                    (status, ..) if status == "True" => Ok(()),
                    other => Err(format!("{other:?}")),
                },
            )
            .await;
    };
    scene.objects.apply(one("before")).await;
    is_ready("before", 20).await;
    assert!(
        network.forget_connections() >= 10,
        "one connection for each watch"
    );
    scene.objects.apply(one("after")).await;
    is_ready("after", 60).await;
    scene.finish().await;
}
