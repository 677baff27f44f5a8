//! A workspace moves between a gateway and a tunnel: it is reached at every moment, and nothing of the old way is left.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::net::UdpSocket;

use super::support::edge::{Edge, connectors, tunneled};
use super::support::objects::MAQUETTE;
use super::support::scene::NAMESPACE;
use super::workspaces::routed;

const HOST: &str = "a.preview.test";

/// Where a name leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Gateway,
    Tunnel,
}

/// What a visitor saw who asks again and again.
#[derive(Debug, Default)]
struct Visits {
    by_gateway: usize,
    by_tunnel: usize,
    /// Answers of the DNS server without a way, and ways that were not there.
    without: Vec<String>,
}

impl Visits {
    /// Visits for as long as something takes.
    async fn during(edge: &Edge, moving: impl Future<Output = ()>) -> Self {
        let mut visits = Self::default();
        {
            let visiting = async {
                loop {
                    visits.visit(edge).await;
                }
            };
            tokio::select! {
                () = moving => {}
                () = visiting => {}
            }
        }
        visits
    }

    async fn visit(&mut self, edge: &Edge) {
        let way = match ask(edge).await {
            Ok(way) => way,
            Err(answer) => return self.without.push(answer),
        };
        let missing = missing(edge, way).await;
        // It may have been moved, and the old way taken down, while this visitor was looking.
        if ask(edge).await != Ok(way) {
            return;
        }
        match way {
            Way::Gateway => self.by_gateway += 1,
            Way::Tunnel => self.by_tunnel += 1,
        }
        let missing = missing.map(|what| format!("{way:?} without {what}"));
        self.without.extend(missing);
    }
}

/// Where the DNS server itself says that the host is.
async fn ask(edge: &Edge) -> Result<Way, String> {
    let server: SocketAddr = edge.scene.world.pdns.dns_address.parse().unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(server).await.unwrap();
    // Identifier 1, one question; the name as labels with their lengths; type A, class IN (RFC 1035, section 4.1).
    let mut question = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in HOST.split('.') {
        question.push(u8::try_from(label.len()).unwrap());
        question.extend(label.bytes());
    }
    question.extend([0, 0, 1, 0, 1]);
    socket.send(&question).await.unwrap();
    let mut answer = [0; 512];
    let length = socket.recv(&mut answer).await.unwrap();
    let (code, count) = (answer[3] & 0x0f, answer[7]);
    // The first record begins with a pointer to the name, of two octets; its type follows.
    match (code, count, answer[question.len() + 3]) {
        (0, 1.., 1) => Ok(Way::Gateway),
        (0, 1.., 5) => Ok(Way::Tunnel),
        _ => Err(format!(
            "code {code} and {count} answers: {:?}",
            &answer[..length]
        )),
    }
}

/// What of this way is not there.
async fn missing(edge: &Edge, way: Way) -> Option<&'static str> {
    match way {
        Way::Gateway => {
            let api = "gateway.networking.k8s.io/v1";
            let list = edge.scene.objects.list(api, "HTTPRoute", NAMESPACE).await;
            let list = list.unwrap();
            let Some(route) = list.first() else {
                return Some("an HTTPRoute");
            };
            let accepted = &route["status"]["parents"][0]["conditions"][0]["status"];
            (*accepted != json!("True")).then_some("an HTTPRoute that is accepted")
        }
        Way::Tunnel => {
            let tunnels = edge.tunnels().await.unwrap();
            if !tunnels.iter().any(|tunnel| tunnel.contains(HOST)) {
                return Some("a tunnel with the host");
            }
            let connectors = connectors(&edge.scene).await.unwrap();
            let runs = connectors.iter().any(|one| one.contains("Deployment"));
            (!runs).then_some("a connector")
        }
    }
}

/// Moves the workspace, and returns everything that exists then.
async fn moved(edge: &Edge, workspace: &Value, way: Way) -> Vec<String> {
    edge.begin(Some(workspace)).await;
    edge.scene
        .until("the workspace to be moved", async || {
            edge.is_done(true).await?;
            let found = edge.inventory().await?;
            let count = |of: &str| found.iter().filter(|line| line.starts_with(of)).count();
            let ways = (
                count("HTTPRoute"),
                count("Tunnel"),
                count("connector Deployment"),
            );
            let expected = match way {
                Way::Gateway => (1, 0, 0),
                Way::Tunnel => (0, 1, 1),
            };
            if ways == expected {
                Ok(found)
            } else {
                Err(format!("{found:#?}"))
            }
        })
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_that_moves_between_gateway_and_tunnel_is_reached_at_every_moment_and_leaves_nothing_behind()
 {
    let edge = Edge::start().await;
    let scene = &edge.scene;
    let (by_gateway, by_tunnel) = (routed("shop", HOST), tunneled(HOST));
    let at_first = moved(&edge, &by_gateway, Way::Gateway).await;

    let mut found = Vec::new();
    let there = Visits::during(&edge, async {
        found = moved(&edge, &by_tunnel, Way::Tunnel).await;
    })
    .await;
    println!(
        "there: {} visits by the gateway, {} by the tunnel",
        there.by_gateway, there.by_tunnel
    );
    assert_eq!(there.without, [""; 0]);
    assert!(there.by_gateway > 0 && there.by_tunnel > 0, "{there:?}");
    assert_eq!(scene.records().await, [format!("{HOST}. CNAME in.test.")]);
    assert_eq!(edge.tunnels().await.unwrap().len(), 1, "{found:#?}");
    let records = scene.objects.list(MAQUETTE, "DNSRecord", NAMESPACE).await;
    let ledger = records.unwrap()[0]["status"]["ledger"].clone();
    assert_eq!(ledger.as_array().unwrap().len(), 1, "{ledger}");

    let back = Visits::during(&edge, async {
        moved(&edge, &by_gateway, Way::Gateway).await;
    })
    .await;
    println!(
        "back: {} visits by the gateway, {} by the tunnel",
        back.by_gateway, back.by_tunnel
    );
    assert_eq!(back.without, [""; 0]);
    assert!(back.by_gateway > 0 && back.by_tunnel > 0, "{back:?}");
    // The workspace does not wait for the last of its old tunnel.
    scene
        .until("nothing to be left of the tunnel", async || {
            let found = edge.inventory().await?;
            if found == at_first {
                Ok(())
            } else {
                Err(format!("{found:#?}"))
            }
        })
        .await;
    edge.finish().await;
}
