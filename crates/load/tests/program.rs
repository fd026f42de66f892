//! The program `load`: what it says, and how it ends.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Output};
use std::thread;

use framing::Delimited;
use server::services::{Echo, Store};
use server::{Server, ThreadPerConnection};

fn load(address: SocketAddr, arguments: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_load"));
    // What to ask comes first.
    let (service, knobs) = arguments.split_once(' ').unwrap_or((arguments, ""));
    command.args([service, "--warm-up", "0"]).args(knobs.split_whitespace());
    if !knobs.contains("--address") {
        command.args(["--address", &address.to_string()]);
    }
    command.output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

/// A server that talks with one client after the other as `talk` does.
fn liar(talk: fn(BufReader<TcpStream>)) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // It ends with the process.
    thread::spawn(move || listener.incoming().for_each(|stream| talk(BufReader::new(stream.unwrap()))));
    address
}

#[test]
fn a_server_that_does_its_work_is_praised() {
    rehearsal::rehearse(|| {
        let server = Server::bind("127.0.0.1:0").unwrap();
        let server = server.start(ThreadPerConnection, Delimited::lf(1000), Echo).unwrap();
        let output = load(server.local_addr(), "echo --connections 3 --requests 300");
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        let told = told(&output);
        assert!(told.contains("300 answered") && told.contains("since it was sent"), "{told}");
        assert!(!told.contains("since it was due"), "nothing was due: {told}");
    });
}

#[test]
fn the_report_can_be_had_as_json() {
    rehearsal::rehearse(|| {
        let server = Server::bind("127.0.0.1:0").unwrap();
        let server = server.start(ThreadPerConnection, Store::framing(1000), Store::new(10_000)).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("report.json");
        let knobs = "resp --command set-get --rate 1000 --arrivals poisson --requests 100 --json";
        let to_file = load(server.local_addr(), &format!("{knobs} {}", file.display()));
        let to_stdout = load(server.local_addr(), &format!("{knobs} -"));
        assert!(to_file.status.success() && to_stdout.status.success(), "{}{}", told(&to_file), told(&to_stdout));
        for json in [std::fs::read(file).unwrap(), to_stdout.stdout] {
            let report: serde_json::Value = serde_json::from_slice(&json).unwrap();
            assert_eq!((&report["answered"], &report["wrong"]), (&100.into(), &0.into()));
            assert_eq!(report["asked_rate"], 1000.0);
            assert!(report["since_due"]["p99"].as_u64() >= report["since_sent"]["p50"].as_u64(), "{report}");
        }
    });
}

#[test]
fn a_server_that_lies_is_found_out() {
    rehearsal::rehearse(|| {
        let address = liar(|mut client| {
            let mut line = String::new();
            while client.read_line(&mut line).is_ok_and(|length| length > 0) {
                let answer = if line.starts_with("5/") { "lies, all lies\n" } else { &line };
                _ = client.get_mut().write_all(answer.as_bytes());
                line.clear();
            }
        });
        let output = load(address, "echo --connections 1 --requests 10 --size 8");
        assert_eq!(output.status.code(), Some(1), "{}", told(&output));
        let told = told(&output);
        assert!(told.contains("9 answered") && told.contains("1 wrong"), "{told}");
        assert!(told.contains(r#""lies, all lies" came where "5/0/...." was due"#), "{told}");
    });
}

#[test]
fn a_server_that_closes_early_is_found_out() {
    rehearsal::rehearse(|| {
        let address = liar(|mut client| {
            let mut line = String::new();
            _ = client.read_line(&mut line);
            _ = client.get_mut().write_all(line.as_bytes());
            // It reads the next one, so that this is no reset.
            _ = client.read_line(&mut line);
        });
        let output = load(address, "echo --connections 1 --requests 10");
        assert_eq!(output.status.code(), Some(1), "{}", told(&output));
        let told = told(&output);
        assert!(told.contains("5 answered") && told.contains("5 missing"), "{told}");
        assert!(told.contains("closed the connection before it had answered"), "{told}");
    });
}

#[test]
fn it_says_in_words_why_it_cannot_ask() {
    // A port that was somebody's just now is nobody's.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (arguments, reason) in [
        ("echo", "nobody listens at 127.0.0.1:"),
        ("echo --address here", "here is not an address"),
        ("echo --rate 0", "0 is no rate"),
        ("echo --rate nan", "NaN is no rate"),
        ("echo --pipeline 1000 --size 1000", "more than the buffers of a connection hold"),
        ("echo --connections 0", "--connections"),
        ("echo --seconds=-1", "a number of seconds"),
        ("echo --seconds 1e300", "a number of seconds"),
        ("echo --rate 10 --think 1", "cannot be used with"),
    ] {
        let output = load(nobody, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments}: {}", told(&output));
        assert!(told(&output).contains(reason), "{arguments}: {}", told(&output));
    }
}

#[test]
fn a_server_that_speaks_something_else_is_told_from_one_that_works() {
    rehearsal::rehearse(|| {
        let echo = Server::bind("127.0.0.1:0").unwrap();
        let echo = echo.start(ThreadPerConnection, Delimited::lf(1000), Echo).unwrap();
        let store = Server::bind("127.0.0.1:0").unwrap();
        let store = store.start(ThreadPerConnection, Store::framing(1000), Store::new(10_000)).unwrap();
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        for (address, arguments, words) in [
            (store.local_addr(), "echo --connections 1", r#""-ERR unknown command\r" came where "0/0/"#),
            (echo.local_addr(), "resp --connections 1", r#""*2\r\n$4\r\nPING"#),
            (silent.local_addr().unwrap(), "echo --connections 1 --timeout 0.2", "no reply within 200ms"),
        ] {
            let output = load(address, arguments);
            assert_eq!(output.status.code(), Some(1), "{}", told(&output));
            assert!(told(&output).contains(words), "{}", told(&output));
            assert!(told(&output).contains("1 clients gave up"), "{}", told(&output));
        }
    });
}

#[cfg(target_os = "linux")]
#[test]
fn what_the_system_refuses_is_told() {
    rehearsal::rehearse(|| {
        let server = Server::bind("127.0.0.1:0").unwrap();
        let server = server.start(ThreadPerConnection, Delimited::lf(1000), Echo).unwrap();
        for (limit, reason) in [("-v 1150000", "the system starts no more"), ("-n 100", "`ulimit -n` shows the limit")]
        {
            let load =
                format!("{} echo --connections 300 --address {}", env!("CARGO_BIN_EXE_load"), server.local_addr());
            let mut shell = Command::new("sh");
            shell.args(["-c", &format!("ulimit {limit}; exec {load}")]);
            // Of this address space four threads take 256 MiB each, for their stacks. There is none for a fifth, and enough
            // for all else.
            shell.env("RUST_MIN_STACK", (256 << 20).to_string()).env("MALLOC_ARENA_MAX", "1");
            let output = shell.output().unwrap();
            assert_eq!(output.status.code(), Some(2), "{limit}: {}", told(&output));
            assert!(told(&output).contains(reason), "{limit}: {}", told(&output));
        }
    });
}
