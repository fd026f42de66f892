//! What a server promises when it ends: whatever it has done, its customer hears of.
//!
//! Nothing is ordered by time here: the server is stopped while a request is being carried out, and the test holds the request
//! until that is done.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use event::Event;
use graceful_shutdown::Server;
use socket2::{Domain, Socket, Type};

/// More than any test takes.
const LONG: Duration = Duration::from_secs(10);

/// A ticket office. It carries each request out when it may, and keeps a list.
#[derive(Default)]
struct Office {
    /// A request is being carried out.
    begun: Event,
    /// It may be.
    go: Event,
    done: Mutex<Vec<String>>,
}

impl Office {
    /// One at which nobody is held.
    fn open() -> Arc<Office> {
        let office = Arc::new(Office::default());
        office.go.set();
        office
    }

    /// A server of this office, whose first answer has so many bytes at least. If it carries out what it should not, it does not
    /// take long over that.
    fn serve(self: &Arc<Office>, answer: usize) -> Server {
        let office = Arc::clone(self);
        let answer = move |request: &str| {
            office.begun.set();
            office.go.wait();
            let mut done = office.done.lock().expect("nobody panics with it");
            let more = if done.is_empty() { answer.saturating_sub(request.len()) } else { 0 };
            done.push(request.to_owned());
            request.to_owned() + &"x".repeat(more)
        };
        Server::start(answer).expect("there is a port")
    }

    /// Stops `server` when a request has been begun, and before it is carried out.
    #[track_caller]
    fn stop_within_a_request(&self, server: &Server) {
        assert!(self.begun.wait_timeout(LONG), "the request has not arrived");
        server.stop();
    }

    /// All that was carried out.
    fn done(&self) -> Vec<String> {
        self.done.lock().expect("nobody panics with it").clone()
    }
}

/// A customer, who loses patience at some time.
fn customer(server: &Server) -> TcpStream {
    patient(TcpStream::connect(server.address()).expect("the server listens"))
}

/// A customer whose system takes but a few thousand bytes before they are read.
fn customer_with_a_small_buffer(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_recv_buffer_size(4096)?;
    socket.connect(&address.into())?;
    Ok(patient(socket.into()))
}

fn patient(stream: TcpStream) -> TcpStream {
    stream.set_read_timeout(Some(LONG)).expect("it is not zero");
    stream.set_write_timeout(Some(LONG)).expect("it is not zero");
    stream
}

/// All that comes, and how it ends.
fn rest(mut stream: &TcpStream) -> (String, Result<(), ErrorKind>) {
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).map(drop).map_err(|error| error.kind());
    (String::from_utf8_lossy(&bytes).into_owned(), end)
}

#[test]
fn each_request_is_answered() {
    let server = Office::open().serve(0);
    let mut customer = customer(&server);
    customer.write_all(b"seat 1\nseat 2\n").expect("the server listens");
    let mut answers = [0; 14];
    customer.read_exact(&mut answers).expect("there are two answers");
    assert_eq!(answers, *b"seat 1\nseat 2\n");
}

#[test]
fn what_was_begun_is_answered() {
    let office = Arc::new(Office::default());
    let server = office.serve(0);
    let mut customer = customer(&server);
    customer.write_all(b"seat 1\n").expect("the server listens");
    office.stop_within_a_request(&server);
    office.go.set();
    let (answer, end) = rest(&customer);
    assert_eq!(
        answer, "seat 1\n",
        "the server was stopped within a request. It has carried that out, and this is what its customer got ({end:?})"
    );
    assert_eq!(end, Ok(()), "the connection was not closed in peace");
}

/// They come in one packet, so that one read brings them all.
#[test]
fn what_was_read_is_answered() {
    let office = Arc::new(Office::default());
    let server = office.serve(0);
    let mut customer = customer(&server);
    customer.write_all(b"seat 1\nseat 2\nseat 3\n").expect("the server listens");
    office.stop_within_a_request(&server);
    office.go.set();
    let (answer, end) = rest(&customer);
    assert_eq!(
        answer, "seat 1\nseat 2\nseat 3\n",
        "three requests were read, and the server was stopped within the first: this is what their customer got"
    );
    assert_eq!(end, Ok(()), "the connection was not closed in peace");
}

#[test]
fn half_a_request_is_none() {
    for hangs_up in [true, false] {
        let office = Arc::new(Office::default());
        let server = office.serve(0);
        let mut customer = customer(&server);
        // It is to become `cancel 100`.
        customer.write_all(b"seat 1\ncancel 1").expect("the server listens");
        if hangs_up {
            customer.shutdown(Shutdown::Write).expect("the server listens");
        } else {
            office.stop_within_a_request(&server);
        }
        office.go.set();
        let (answer, end) = rest(&customer);
        assert_eq!(office.done(), ["seat 1"], "what was carried out of \"seat 1\\ncancel 1\"");
        assert_eq!((&*answer, end), ("seat 1\n", Ok(())));
    }
}

/// There are some, for one whose thread is not in `read` yet when the server is stopped proves nothing.
#[test]
fn a_customer_who_asks_nothing_is_sent_home() {
    let server = Office::open().serve(0);
    let mut customers = [(); 8].map(|()| customer(&server));
    for customer in &mut customers {
        customer.write_all(b"seat 1\n").expect("the server listens");
        let mut answer = [0; 7];
        customer.read_exact(&mut answer).expect("there is an answer");
    }
    server.stop();
    for customer in customers {
        let (more, end) = rest(&customer);
        assert_eq!(end, Ok(()), "the server was stopped, and a customer who asks for nothing hears nothing of it");
        assert_eq!(more, "");
    }
    assert_eq!(server.join(LONG), 0, "everybody had left, and so many had to be cut");
}

/// The answer is longer than what the customer's system takes, so that it is on its way when the server closes.
#[test]
fn an_answer_is_not_overtaken_by_a_reset() {
    const LENGTH: usize = 64 * 1024;
    let office = Arc::new(Office::default());
    let server = office.serve(LENGTH);
    let mut customer = customer_with_a_small_buffer(server.address()).expect("the server listens");
    customer.write_all(b"seat 1\n").expect("the server listens");
    office.stop_within_a_request(&server);
    office.go.set();
    // More than fits into any buffer: all of it goes away only if the server reads, or has closed the connection.
    let late = customer.write_all(&b"seat 2\n".repeat(200_000)).and_then(|()| customer.shutdown(Shutdown::Write));
    let (answer, end) = rest(&customer);
    let late = late.map_err(|error| error.kind());
    let done = office.done().len();
    assert!(
        done <= 1,
        "the server was stopped within a request, and has carried out {done}: after `Shutdown::Read`, what comes can still be read"
    );
    assert_eq!(
        (answer.len(), end),
        (LENGTH + 1, Ok(())),
        "the bytes of the answer that arrived, and the end. The customer had sent more, which ended with {late:?}: a socket \
         that is closed with unread bytes in it, or to which more bytes come, sends a reset"
    );
}

/// The one does not hang up when it has its answer. The other one does not read it, and no system takes so much.
#[test]
fn nobody_is_waited_for_beyond_the_deadline() {
    for length in [0, 1 << 25] {
        let office = Arc::new(Office::default());
        let server = office.serve(length);
        let mut customer = customer(&server);
        customer.write_all(b"seat 1\n").expect("the server listens");
        office.stop_within_a_request(&server);
        office.go.set();
        model::within(LONG, move || server.join(Duration::from_millis(20)));
        drop(customer);
    }
}

/// Who has got no answer may ask another server. If this one had sold the seat, it would be sold twice.
#[test]
fn as_many_seats_are_sold_as_customers_know_of() {
    let office = Office::open();
    let server = office.serve(0);
    let known = AtomicUsize::new(0);
    thread::scope(|scope| {
        let customers = [(); 6].map(|()| {
            let (mut customer, known) = (customer(&server), &known);
            scope.spawn(move || {
                let mut answer = [0; 7];
                while customer.write_all(b"seat 1\n").is_ok() && customer.read_exact(&mut answer).is_ok() {
                    known.fetch_add(1, Ordering::Relaxed);
                }
            })
        });
        while known.load(Ordering::Relaxed) < 50 && !customers.iter().all(|customer| customer.is_finished()) {
            thread::yield_now();
        }
        server.stop();
    });
    assert_eq!(server.join(LONG), 0, "everybody has left, and so many had to be cut");
    assert_eq!(office.done().len(), known.into_inner(), "so many seats are sold, and of so many customers know");
}
