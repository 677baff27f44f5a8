use super::*;
use k8s_openapi::{ByteString, api::core::v1::Secret};
use std::sync::Mutex;

/// Collects what is woken.
#[derive(Default)]
struct Woken(Mutex<Vec<(String, Wake)>>);

impl crate::cluster::Sink for Woken {
    fn wake(&self, key: &Key, wake: Wake) {
        self.0.lock().unwrap().push((key.name.clone(), wake));
    }
}

fn store() -> (Store<Secret>, Arc<Woken>) {
    let (router, woken) = (Arc::new(Router::default()), Arc::new(Woken::default()));
    router.connect(Kind::Secret, woken.clone());
    let claims = Arc::new(Claims::new(router.clone()));
    (Store::new(Kind::Secret, router, claims), woken)
}

fn object(uid: &str, version: u64) -> Secret {
    let mut object = Secret::default();
    object.metadata.name = Some("a".into());
    object.metadata.namespace = Some("n".into());
    object.metadata.uid = Some(uid.into());
    object.metadata.resource_version = Some(version.to_string());
    let value = ByteString(version.to_string().into_bytes());
    object.data = Some([("k".to_owned(), value)].into());
    object
}

fn named(name: &str, version: u64) -> Secret {
    let mut object = object(name, version);
    object.metadata.name = Some(name.into());
    object
}

fn held(store: &Store<Secret>) -> Option<(String, String)> {
    let object = store.get(&Key::new("n", "a"))?;
    Some((
        object.metadata.uid.clone()?,
        object.metadata.resource_version.clone()?,
    ))
}

#[test]
fn an_older_event_does_not_undo_an_own_write() {
    let (store, _) = store();
    store.remember(object("1", 20), None);
    store.put(object("1", 10));
    assert_eq!(held(&store), Some(("1".into(), "20".into())));
    store.put(object("1", 21));
    assert_eq!(held(&store), Some(("1".into(), "21".into())));
}

#[test]
fn an_older_event_of_a_predecessor_does_not_replace_the_successor() {
    let (store, _) = store();
    store.remember(object("2", 30), None);
    store.put(object("1", 25));
    assert_eq!(held(&store), Some(("2".into(), "30".into())));
    store.remove(&object("1", 26));
    assert_eq!(held(&store), Some(("2".into(), "30".into())));
    store.remove(&object("2", 31));
    assert_eq!(held(&store), None);
}

#[test]
fn late_answers_to_writes_bring_nothing_back_however_many_objects_went() {
    let (store, _) = store();
    for version in 1..=1000 {
        store.put(named(&format!("s{version}"), version));
    }
    for version in 1..=1000 {
        store.remove(&named(&format!("s{version}"), 1000 + version));
    }
    for version in 1..=1000 {
        store.remember(named(&format!("s{version}"), version), None);
    }
    assert_eq!(store.len(), 0);
}

#[test]
fn an_own_write_that_the_watch_passes_without_delivering_it_is_gone() {
    let (store, _) = store();
    store.remember(object("1", 20), None);
    store.put(named("b", 19));
    assert_eq!(held(&store), Some(("1".into(), "20".into())));
    store.put(named("c", 21));
    assert_eq!(held(&store), None);
}

#[test]
fn an_object_that_an_answer_said_to_be_gone_stays_gone_when_older_events_arrive() {
    let (store, _) = store();
    store.put(object("1", 10));
    store.forget(&Key::new("n", "a"), Some("1"), None);
    store.put(object("1", 11));
    assert_eq!(held(&store), None);
    store.remove(&object("1", 12));
    store.put(object("2", 13));
    assert_eq!(held(&store), Some(("2".into(), "13".into())));
}

#[test]
fn a_listing_removes_what_it_does_not_contain_and_keeps_a_newer_own_write() {
    let (store, _) = store();
    store.put(object("1", 5));
    store.begin_listing();
    store.put(named("b", 8));
    store.remember(named("c", 9), None);
    store.end_listing();
    assert_eq!(held(&store), None);
    assert_eq!(store.len(), 2, "b was listed, c is newer than the listing");
}

#[test]
fn a_change_without_new_information_wakes_no_object() {
    let (store, woken) = store();
    store.put(object("1", 5));
    let mut same = object("1", 5);
    same.metadata.resource_version = Some("6".into());
    woken.0.lock().unwrap().clear();
    store.put(same);
    assert!(woken.0.lock().unwrap().is_empty());
}

#[test]
fn the_writer_of_a_change_is_not_woken_by_it() {
    let (store, woken) = store();
    let writer = (Kind::Secret, Key::new("n", "a"));
    store.remember(object("1", 5), Some(&writer));
    store.put(object("1", 5));
    assert!(woken.0.lock().unwrap().is_empty());
}
