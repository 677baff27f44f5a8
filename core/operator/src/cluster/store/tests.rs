use super::*;
use k8s_openapi::api::core::v1::ConfigMap;

fn object(uid: &str, version: u64) -> ConfigMap {
    let mut object = ConfigMap::default();
    object.metadata.name = Some("a".into());
    object.metadata.namespace = Some("n".into());
    object.metadata.uid = Some(uid.into());
    object.metadata.resource_version = Some(version.to_string());
    object
}

fn held(store: &Store<ConfigMap>) -> Option<(String, String)> {
    let object = store.get(&Key::new("n", "a"))?;
    Some((
        object.metadata.uid.clone()?,
        object.metadata.resource_version.clone()?,
    ))
}

#[test]
fn an_older_event_does_not_undo_an_own_write() {
    let store = Store::default();
    store.remember(object("1", 20));
    assert!(!store.put(object("1", 10)));
    assert_eq!(held(&store), Some(("1".into(), "20".into())));
    assert!(store.put(object("1", 21)));
}

#[test]
fn the_deletion_of_a_predecessor_leaves_the_successor() {
    let store = Store::default();
    store.remember(object("2", 30));
    store.remove(&object("1", 25));
    assert_eq!(held(&store), Some(("2".into(), "30".into())));
    store.remove(&object("2", 31));
    assert_eq!(held(&store), None);
}

#[test]
fn a_late_answer_to_a_write_does_not_bring_back_what_is_gone() {
    let store = Store::default();
    store.put(object("1", 10));
    store.remove(&object("1", 12));
    store.remember(object("1", 11));
    assert_eq!(held(&store), None);
}

#[test]
fn what_a_listing_does_not_contain_is_gone() {
    let store = Store::default();
    store.put(object("1", 1));
    store.begin_listing();
    assert_eq!(store.end_listing().len(), 1);
    assert!(store.is_empty());
}
