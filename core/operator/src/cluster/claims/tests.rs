use super::*;
use crate::cluster::{Key, Kind, Sink, Wake};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{OwnerReference, Time};

#[derive(Default)]
struct Woken(Mutex<Vec<String>>);

impl Sink for Woken {
    fn wake(&self, key: &Key, _: Wake) {
        self.0.lock().unwrap().push(key.to_string());
    }
}

struct Scene {
    claims: Claims,
    woken: Arc<Woken>,
}

impl Scene {
    fn new() -> Self {
        let (router, woken) = (Arc::new(Router::default()), Arc::new(Woken::default()));
        for kind in [Kind::Workspace, Kind::Tunnel, Kind::DNSRecord] {
            router.connect(kind, woken.clone());
        }
        Self {
            claims: Claims::new(router),
            woken,
        }
    }

    /// The object asks for the hosts, and is told of changes afterwards. Returns the hosts that it does not get.
    fn asks(&self, object: &Object, hosts: &[&str]) -> Vec<String> {
        let claimant = object.claimant();
        for host in hosts {
            let source = Claims::source(host);
            self.claims.router.subscribe(&claimant.reader, source);
        }
        let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        self.claims.request(claimant, &hosts).into_iter().collect()
    }

    /// The status of the object says that it holds the hosts since this second.
    fn holds(&self, object: &Object, hosts: &[&str], since: i64) {
        let claims = hosts.iter().map(|host| HostClaim {
            host: (*host).to_owned(),
            since: Time(Timestamp::from_second(since).unwrap()),
        });
        let told = self.claims.observe(
            &object.claimant().reader,
            Some((&object.meta(), claims.collect())),
        );
        self.claims.router.changed(&told, None);
    }

    fn gone(&self, object: &Object) {
        let told = self.claims.observe(&object.claimant().reader, None);
        self.claims.router.changed(&told, None);
    }

    fn told(&self) -> Vec<String> {
        let mut told = std::mem::take(&mut *self.woken.0.lock().unwrap());
        told.sort();
        told.dedup();
        told
    }
}

struct Object(Kind, &'static str, &'static str, i64, Option<&'static str>);

fn workspace(namespace: &'static str, name: &'static str, created: i64) -> Object {
    Object(Kind::Workspace, namespace, name, created, None)
}

fn record(namespace: &'static str, name: &'static str) -> Object {
    Object(Kind::DNSRecord, namespace, name, 50, None)
}

impl Object {
    fn meta(&self) -> ObjectMeta {
        let owner = self.4.map(|uid| OwnerReference {
            uid: uid.into(),
            controller: Some(true),
            ..OwnerReference::default()
        });
        ObjectMeta {
            namespace: Some(self.1.into()),
            name: Some(self.2.into()),
            uid: Some(format!("{}/{}", self.1, self.2)),
            creation_timestamp: Some(Time(Timestamp::from_second(self.3).unwrap())),
            owner_references: owner.map(|owner| vec![owner]),
            ..ObjectMeta::default()
        }
    }

    fn claimant(&self) -> Claimant {
        Claimant::of(self.0, &self.meta())
    }
}

#[test]
fn the_holder_keeps_a_host_against_an_older_object_and_the_older_is_told_when_it_is_free() {
    let scene = Scene::new();
    let (younger, older) = (workspace("b", "shop", 20), workspace("a", "shop", 10));
    assert_eq!(scene.asks(&younger, &["shop.test"]), [""; 0]);
    scene.holds(&younger, &["shop.test"], 30);
    assert_eq!(scene.asks(&older, &["shop.test"]), ["shop.test"]);
    assert_eq!(scene.asks(&younger, &["shop.test"]), [""; 0]);
    assert_eq!(scene.told(), [""; 0]);
    scene.gone(&younger);
    assert_eq!(scene.told(), ["a/shop", "b/shop"]);
    assert_eq!(scene.asks(&older, &["shop.test"]), [""; 0]);
}

#[test]
fn a_granted_host_is_granted_once_also_before_a_status_says_so() {
    let scene = Scene::new();
    let (younger, older) = (workspace("b", "shop", 20), workspace("a", "shop", 10));
    assert_eq!(scene.asks(&younger, &["shop.test"]), [""; 0]);
    assert_eq!(scene.asks(&older, &["shop.test"]), ["shop.test"]);
    scene.holds(&younger, &[], 0);
    assert_eq!(scene.asks(&older, &["shop.test"]), ["shop.test"]);
    assert_eq!(scene.asks(&younger, &[]), [""; 0]);
    assert_eq!(scene.told(), ["a/shop"]);
    assert_eq!(scene.asks(&older, &["shop.test"]), [""; 0]);
}

#[test]
fn the_oldest_of_those_that_wait_gets_a_free_host() {
    let scene = Scene::new();
    let holder = workspace("h", "shop", 5);
    let (young, old) = (workspace("b", "shop", 20), workspace("a", "shop", 10));
    scene.holds(&holder, &["shop.test"], 5);
    scene.asks(&young, &["shop.test"]);
    scene.asks(&old, &["shop.test"]);
    scene.gone(&holder);
    assert_eq!(scene.asks(&young, &["shop.test"]), ["shop.test"]);
    assert_eq!(scene.asks(&old, &["shop.test"]), [""; 0]);
}

#[test]
fn what_is_held_survives_a_restart_and_the_earlier_of_two_holders_keeps_it() {
    let scene = Scene::new();
    let (early, late) = (workspace("b", "shop", 20), workspace("a", "shop", 10));
    scene.holds(&early, &["shop.test"], 30);
    scene.holds(&late, &["shop.test"], 40);
    assert_eq!(scene.asks(&late, &["shop.test"]), ["shop.test"]);
    assert_eq!(scene.asks(&early, &["shop.test"]), [""; 0]);
}

#[test]
fn a_wildcard_and_the_names_below_it_overlap_across_namespaces_and_not_within_one() {
    for (held, asked) in [
        ("*.preview.test", "shop.preview.test"),
        ("shop.preview.test", "*.preview.test"),
        ("a.shop.preview.test", "*.preview.test"),
        ("*.preview.test", "*.shop.preview.test"),
        ("*.shop.preview.test", "*.preview.test"),
        ("shop.preview.test", "SHOP.preview.test."),
        ("shop.preview.test", "_acme-challenge.shop.preview.test"),
        ("*.preview.test", "_acme-challenge.preview.preview.test"),
    ] {
        let scene = Scene::new();
        let holder = workspace("a", "shop", 10);
        scene.holds(&holder, &[held], 10);
        let other = record("b", "other");
        assert_eq!(scene.asks(&other, &[asked]), [asked], "{held} {asked}");
        assert_eq!(scene.asks(&record("a", "own"), &[asked]), [""; 0]);
        scene.told();
        scene.gone(&holder);
        assert!(scene.told().contains(&"b/other".to_owned()), "{held}");
    }
    let scene = Scene::new();
    scene.holds(&workspace("a", "shop", 10), &["*.preview.test"], 10);
    for free in ["preview.test", "shop.other.test", "xpreview.test"] {
        assert_eq!(scene.asks(&record("b", "other"), &[free]), [""; 0]);
    }
}

#[test]
fn in_one_namespace_two_objects_cannot_serve_one_host_and_the_parts_of_one_can() {
    let scene = Scene::new();
    scene.holds(&workspace("a", "shop", 10), &["shop.test"], 10);
    let tunnel = |name, owner| Object(Kind::Tunnel, "a", name, 20, owner);
    let own = tunnel("own", Some("a/shop"));
    assert_eq!(scene.asks(&own, &["shop.test"]), [""; 0]);
    let other = tunnel("other", None);
    assert_eq!(scene.asks(&other, &["shop.test"]), ["shop.test"]);
    // An owner reference to an object of another namespace proves nothing.
    let forged = Object(Kind::Tunnel, "b", "forged", 20, Some("a/shop"));
    assert_eq!(scene.asks(&forged, &["shop.test"]), ["shop.test"]);
}

#[test]
fn what_waits_for_one_name_keeps_nobody_waiting_for_another() {
    let scene = Scene::new();
    scene.holds(&workspace("a", "shop", 10), &["a.preview.test"], 10);
    let wide = workspace("b", "wide", 5);
    assert_eq!(scene.asks(&wide, &["*.preview.test"]), ["*.preview.test"]);
    let narrow = workspace("c", "narrow", 20);
    assert_eq!(scene.asks(&narrow, &["c.preview.test"]), [""; 0]);
}

#[test]
fn a_successor_of_the_same_name_inherits_no_claim() {
    let scene = Scene::new();
    let first = workspace("a", "shop", 10);
    scene.asks(&first, &["shop.test"]);
    let mut meta = first.meta();
    meta.uid = Some("another".into());
    let reader = first.claimant().reader;
    scene.claims.observe(&reader, Some((&meta, Vec::new())));
    let other = workspace("b", "shop", 20);
    assert_eq!(scene.asks(&other, &["shop.test"]), [""; 0]);
}
