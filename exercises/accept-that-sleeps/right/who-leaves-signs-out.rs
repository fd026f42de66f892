//! A server that takes orders, and can be stopped.
//!
//! The list has the sockets themselves, and whoever leaves takes theirs off it, also by a panic.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use mutex::Mutex;

/// A server that runs.
#[must_use = "a server that nobody stops runs until the program ends"]
pub struct Server {
    address: SocketAddr,
    house: Arc<House>,
    /// The thread that accepts. It returns the threads of the clients.
    accepting: JoinHandle<Vec<JoinHandle<()>>>,
}

/// Who is there.
#[derive(Default)]
struct House {
    inside: Mutex<Inside>,
}

#[derive(Default)]
struct Inside {
    stopping: bool,
    next: u64,
    clients: BTreeMap<u64, Arc<TcpStream>>,
}

impl Server {
    /// Serves whoever connects to `listener`. Each line that a client sends is an order, which is answered twice: with
    /// `accepted` at once, and with what `work` makes of it, when that is done.
    ///
    /// # Errors
    ///
    /// If the listener has no address, or the system no thread.
    pub fn start(listener: TcpListener, work: impl Fn(&str) -> String + Send + Sync + 'static) -> io::Result<Server> {
        let address = listener.local_addr()?;
        let house = Arc::<House>::default();
        let inner = Arc::clone(&house);
        let accepting = thread::Builder::new().spawn(move || accept(&listener, &inner, &Arc::new(work)))?;
        Ok(Server { address, house, accepting })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets nobody in any more, accepts no order any more, and hangs up on everybody; on those whose order was accepted, after
    /// they have been given what they ordered. Nobody who is silent waits for somebody who is served.
    ///
    /// Returns when all threads have ended.
    pub fn stop(self) {
        let mut house = self.house.inside.lock();
        house.stopping = true;
        for stream in house.clients.values() {
            // It fails if the client has gone already.
            _ = stream.shutdown(Shutdown::Read);
        }
        drop(house);
        _ = TcpStream::connect(self.address);
        // A thread that has panicked has ended, too.
        for thread in self.accepting.join().unwrap_or_default() {
            _ = thread.join();
        }
    }
}

/// Lets clients in, each on a thread of its own, and returns their threads.
fn accept<W: Fn(&str) -> String + Send + Sync + 'static>(
    listener: &TcpListener,
    house: &Arc<House>,
    work: &Arc<W>,
) -> Vec<JoinHandle<()>> {
    let mut threads: Vec<JoinHandle<()>> = Vec::new();
    for stream in listener.incoming() {
        let mut inside = house.inside.lock();
        if inside.stopping {
            break;
        }
        let Ok(stream) = stream.map(Arc::new) else { continue };
        let number = inside.next;
        inside.next += 1;
        inside.clients.insert(number, Arc::clone(&stream));
        drop(inside);
        let guest = Guest { number, house: Arc::clone(house) };
        let work = Arc::clone(work);
        // A client that fails is no affair of anybody else.
        let serve = move || _ = converse(&stream, &guest.house, &*work);
        threads.retain(|thread| !thread.is_finished());
        threads.extend(thread::Builder::new().spawn(serve));
    }
    threads
}

/// A client that is on the list until this is dropped.
struct Guest {
    number: u64,
    house: Arc<House>,
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.house.inside.lock().clients.remove(&self.number);
    }
}

/// Takes orders until the client has no more, or the server none.
fn converse(mut stream: &TcpStream, house: &House, work: impl Fn(&str) -> String) -> io::Result<()> {
    let mut orders = BufReader::new(stream);
    let mut order = String::new();
    loop {
        let ended = orders.read_line(&mut order)? == 0;
        // Now, and not before: it may be half an order that came before the stream was made to end.
        if ended || house.inside.lock().stopping {
            return Ok(());
        }
        stream.write_all(b"accepted\n")?;
        let done = work(order.trim_end_matches('\n'));
        stream.write_all(format!("{done}\n").as_bytes())?;
        order.clear();
    }
}
