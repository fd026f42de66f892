//! The program `servers`: what it asks, what it says, and what it writes.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::{Command, Output, Stdio};

use rehearsal::rehearse;
use results::Experiments;

/// Runs it, and types `typed`.
fn servers(arguments: &[&str], typed: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_servers"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn a_guess_is_asked_for_and_the_results_are_written() {
    rehearse(|| {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("results.json");
        let arguments = ["silent", "--quick", "--rounds", "2", "--predict", "--json", file.to_str().unwrap()];
        let output = servers(&arguments, "some\n12.5\n");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        let asked = said.find("8 clients have connected and say nothing");
        assert!(asked.unwrap() < said.find("thread per connection").unwrap(), "the question comes first: {said}");
        assert!(said.contains("some is not a number"), "{said}");
        // A pool whose workers are all kept answers nobody, however slow or fast the machine is.
        assert!(said.contains("silent/answered: you guessed 12.5; measured: 0"), "{said}");

        let Experiments { rounds, quick, experiments, .. } = results::read(&file).unwrap();
        assert_eq!((rounds, quick, experiments.len()), (2, true, 1));
        for series in &experiments[0].series {
            let places: Vec<f64> = series.points.iter().map(|point| point.x).collect();
            assert_eq!(places, [0.0, 7.0, 8.0, 32.0], "{}", series.name);
            assert!(series.points.iter().all(|point| point.samples.len() == 2), "{}", series.name);
        }
    });
}

#[test]
fn a_server_echoes_until_nobody_needs_it_any_more() {
    rehearse(|| {
        for keeper in ["thread", "pool", "accept", "polled", "tokio-one", "tokio-many"] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_servers"));
            command.args(["house", "--keeper", keeper]).stdin(Stdio::piped()).stdout(Stdio::piped());
            let mut child = command.spawn().unwrap();
            let mut address = String::new();
            BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
            let mut client = BufReader::new(TcpStream::connect(address.trim_end()).unwrap());
            client.get_mut().write_all(b"hello\n").unwrap();
            let mut line = String::new();
            client.read_line(&mut line).unwrap();
            assert_eq!(line, "hello\n", "{keeper}");
            drop(child.stdin.take());
            assert!(child.wait().unwrap().success(), "{keeper}");
        }
    });
}

#[test]
fn an_experiment_that_does_not_exist_is_told_with_those_that_do() {
    rehearse(|| {
        let output = servers(&["everything"], "");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains("little"), "{said}");
    });
}
