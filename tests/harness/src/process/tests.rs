//! Real processes: `sleep` and `sh` of the machine.

use std::time::Instant;

use super::*;

fn program(name: &str, script: &str) -> Program {
    Program {
        name: name.into(),
        path: "/bin/sh".into(),
        arguments: vec!["-c".into(), script.into()],
        environment: vec![],
    }
}

fn run() -> (tempfile::TempDir, Run) {
    let folder = tempfile::tempdir().unwrap();
    let run = Run::at(folder.path());
    (folder, run)
}

fn until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !condition() {
        assert!(Instant::now() < deadline, "waited ten seconds for {what}");
        std::thread::yield_now();
    }
}

#[test]
fn a_recorded_process_is_ended_by_another_command_that_reads_the_record() {
    let (_folder, run) = run();
    let process = run.start(program("sleeper", "exec sleep 600")).unwrap();
    let read = Run::at(run.folder()).process("sleeper").unwrap();
    assert_eq!((read.pid, read.started), (process.pid, process.started));
    assert!(read.is_alive());
    read.stop(Duration::from_secs(5)).unwrap();
    assert!(!process.is_alive());
}

#[test]
fn a_process_that_ignores_sigterm_is_killed_after_its_grace() {
    let (_folder, run) = run();
    let process = run
        .start(program(
            "stubborn",
            "trap '' TERM; echo ready; while :; do sleep 600; done",
        ))
        .unwrap();
    until("the trap", || process.last_lines(1) == "ready");
    process.stop(Duration::from_millis(100)).unwrap();
    assert!(!process.is_alive());
    assert_eq!(
        end_everything_marked(run.folder()),
        1,
        "its child carries the marker"
    );
}

#[test]
fn a_recycled_process_id_is_never_signalled() {
    let (_folder, run) = run();
    let process = run.start(program("innocent", "exec sleep 600")).unwrap();
    let recycled = Process {
        started: process.started - 1,
        ..process.clone()
    };
    recycled.kill().unwrap();
    assert!(process.is_alive());
    process.kill().unwrap();
}

#[test]
fn a_process_that_ended_is_reported_with_its_log_and_its_last_lines() {
    let (_folder, run) = run();
    let process = run
        .start(program(
            "broken",
            "echo first; echo the port is taken; exit 1",
        ))
        .unwrap();
    until("its end", || !process.is_alive());
    let error = process.check().unwrap_err().to_string();
    assert!(
        error.contains("broken ended")
            && error.contains("logs/broken.log")
            && error.contains("the port is taken"),
        "{error}"
    );
}

#[test]
fn a_process_that_was_never_recorded_is_found_by_its_marker() {
    let (_folder, run) = run();
    let process = run
        .start(program("lost", "echo up; sleep 600; exit"))
        .unwrap();
    // A program that is just being started shows no marker.
    let log = run.folder().join("logs/lost.log");
    until("its first line", || {
        fs::read_to_string(&log).is_ok_and(|said| said == "up\n")
    });
    fs::remove_file(run.folder().join("processes/lost.json")).unwrap();
    run.end_all(&[], Duration::ZERO).unwrap();
    assert!(!process.is_alive());
}

#[test]
fn the_marker_of_one_run_does_not_reach_another_whose_folder_has_the_same_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let (one, eleven) = (
        Run::at(folder.path().join("1")),
        Run::at(folder.path().join("11")),
    );
    let process = eleven
        .start(program("neighbour", "exec sleep 600"))
        .unwrap();
    one.end_all(&[], Duration::ZERO).unwrap();
    assert!(process.is_alive());
    process.kill().unwrap();
}

#[test]
fn a_program_can_be_started_again_with_the_arguments_it_had() {
    let (_folder, run) = run();
    let first = run.start(program("again", "exec sleep 600")).unwrap();
    first.kill().unwrap();
    let second = run.start_again(&run.process("again").unwrap()).unwrap();
    assert_ne!(first.pid, second.pid);
    assert_eq!(first.program, second.program);
    assert_eq!(run.process("again").unwrap().pid, second.pid);
    second.kill().unwrap();
}
