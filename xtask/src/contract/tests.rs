use super::*;

const DNS: &str =
    "package maquette:dns@0.1.0;\n/// Records.\ninterface dns {\n    zones: func();\n}\n";

fn one(text: &str) -> Files {
    Files::from([("dns/dns.wit".to_owned(), text.to_owned())])
}

fn sums(files: &Files) -> String {
    files.iter().fold(String::new(), |sums, (name, text)| {
        format!("{sums}{}  {name}\n", sha256(text))
    })
}

#[test]
fn the_contract_of_this_tree_is_in_order() {
    let Checked { released, drafts } = check(root()).unwrap();
    let names = |versions: Vec<String>| -> Vec<String> {
        let name = |name: String| name.split_once('@').unwrap().0.to_owned();
        let mut names: Vec<String> = versions.into_iter().map(name).collect();
        // A package may have several files.
        names.dedup();
        names
    };
    assert_eq!(
        names(released),
        [
            "maquette:dns",
            "maquette:plugin",
            "maquette:registry",
            "maquette:tunnel"
        ]
    );
    assert_eq!(
        names(drafts),
        [
            "maquette:builder",
            "maquette:bundler",
            "maquette:delivery",
            "maquette:source"
        ]
    );
}

#[test]
fn a_released_file_cannot_change_together_with_its_checksum_once_it_is_tagged() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let released = root.join("wit/since-v0.1.0");
    fs::create_dir_all(released.join("dns")).unwrap();
    fs::create_dir_all(root.join("wit/dns")).unwrap();
    let write = |text: &str| {
        fs::write(root.join("wit/dns/dns.wit"), text).unwrap();
        fs::write(released.join("dns/dns.wit"), text).unwrap();
        fs::write(released.join(SUMS), sums(&one(text))).unwrap();
    };
    write(DNS);
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
    for arguments in [
        &["init", "--quiet"][..],
        &["add", "."],
        &["commit", "--quiet", "--message", "release"],
        &["tag", "v0.1.0"],
    ] {
        let all = [&identity, arguments].concat();
        assert!(git(root, &all).unwrap().is_some(), "{arguments:?}");
    }
    assert_eq!(check(root).unwrap().released, ["maquette:dns@0.1.0"]);
    write(&DNS.replace("zones", "domains"));
    let error = check(root).unwrap_err().to_string();
    assert!(
        error.contains("is not what the git tag v0.1.0 has"),
        "{error}"
    );
}

#[test]
fn a_draft_is_never_among_the_stable_packages() {
    let draft = one(&DNS.replace("0.1.0", "0.0.3"));
    assert_eq!(stable(&draft).len(), 1);
    assert_eq!(stable(&one(DNS)), [""; 0]);
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("wit/draft/dns");
    fs::create_dir_all(&package).unwrap();
    fs::write(package.join("dns.wit"), DNS).unwrap();
    let error = check(folder.path()).unwrap_err().to_string();
    assert!(error.contains("the version of a draft is 0.0.x"), "{error}");
}

#[test]
fn a_released_file_that_changed_came_or_went_is_found() {
    let released = one(DNS);
    let sums = sums(&released);
    assert_eq!(changed("since-v0.1.0", &released, &sums), [""; 0]);
    let mut more = released.clone();
    more.insert("dns/new.wit".into(), DNS.into());
    for (files, name) in [
        (one(&DNS.replace("Records", "records")), "dns/dns.wit"),
        (Files::new(), "dns/dns.wit"),
        (more, "dns/new.wit"),
    ] {
        let faults = changed("since-v0.1.0", &files, &sums);
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].starts_with(&format!("wit/since-v0.1.0/{name} ")));
    }
}

#[test]
fn under_a_released_number_only_comments_change() {
    let released = one(DNS);
    let newest = one(&DNS.replace("Records.", "Record sets."));
    assert_eq!(rewritten(&newest, &released), [""; 0]);
    for text in [
        DNS.replace("    zones: func();\n", ""),
        DNS.replace("zones: func()", "zones: func(all: bool)"),
        DNS.replace('}', "    more: func();\n}"),
    ] {
        let faults = rewritten(&one(&text), &released);
        assert_eq!(faults.len(), 1, "{text}");
        let next = text.replace("0.1.0", "0.2.0");
        assert_eq!(rewritten(&one(&next), &released), [""; 0]);
    }
}

#[test]
fn the_files_of_a_package_have_one_version() {
    let mut files = one(DNS);
    files.insert("dns/more.wit".into(), DNS.replace("0.1.0", "0.2.0"));
    let faults = rewritten(&files, &Files::new());
    assert_eq!(faults, ["the package lines in wit/dns differ"]);
}
