//! The book in a browser's place: what the server answers.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::thread;
use std::time::Duration;

use bookbinder::{Book, Server};

/// What the server at `address` answers to a request for `path`: status line, headers and body.
fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("it is not zero");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("the server reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("the server answers");
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn pages_are_served_and_learn_of_a_newer_edition() {
    let output = tempfile::tempdir().expect("there is room for a book");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book");
    let server = Server::bind(Book::new(source, output.path()), Some(0)).expect("some port is free");
    let address = server.address();
    assert!(address.ip().is_loopback());
    server.rebuild().expect("the book can be built");
    // The server runs until the program ends; this is the last that the test needs of it.
    let server: &'static Server = Box::leak(Box::new(server));
    thread::spawn(|| server.run());

    let page = get(address, "/event.html");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(page.contains("Content-Type: text/html; charset=utf-8"));
    assert!(page.contains("<h1 id=\"the-event-flag\">"));
    assert!(get(address, "/").starts_with("HTTP/1.1 200"));
    assert!(get(address, "/nowhere.html").starts_with("HTTP/1.1 404"));
    assert!(get(address, "/../../Cargo.toml").starts_with("HTTP/1.1 404"));

    let edition = || {
        let answer = get(address, "/.edition");
        answer.lines().last().expect("the answer has a body").to_owned()
    };
    let first = edition();
    assert!(page.contains(&format!("newest !== '{first}'")), "a page knows its edition");
    server.rebuild().expect("the book can be built again");
    assert_ne!(edition(), first);
}
