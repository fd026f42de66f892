//! A server that takes orders, and can be stopped.
//!
//! This one raises a flag, and waits for everybody to see it.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::thread::{self, JoinHandle};

/// A server that runs.
#[must_use = "a server that nobody stops runs until the program ends"]
pub struct Server {
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
    /// The thread that accepts. It returns the threads of the clients.
    accepting: JoinHandle<Vec<JoinHandle<()>>>,
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
        let stopping = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stopping);
        let accepting = thread::Builder::new().spawn(move || accept(&listener, &flag, &Arc::new(work)))?;
        Ok(Server { address, stopping, accepting })
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
        self.stopping.store(true, Relaxed);
        // A thread that has panicked has ended, too.
        let clients = self.accepting.join().unwrap_or_default();
        for client in clients {
            _ = client.join();
        }
    }
}

/// Lets clients in, each on a thread of its own.
fn accept<W: Fn(&str) -> String + Send + Sync + 'static>(
    listener: &TcpListener,
    stopping: &Arc<AtomicBool>,
    work: &Arc<W>,
) -> Vec<JoinHandle<()>> {
    let mut clients: Vec<JoinHandle<()>> = Vec::new();
    for stream in listener.incoming() {
        if stopping.load(Relaxed) {
            break;
        }
        let Ok(stream) = stream else { continue };
        let (stopping, work) = (Arc::clone(stopping), Arc::clone(work));
        // A client that fails is no affair of anybody else.
        let serve = move || _ = converse(&stream, &stopping, &*work);
        clients.retain(|client| !client.is_finished());
        clients.extend(thread::Builder::new().spawn(serve));
    }
    clients
}

/// Takes orders until the client has no more, or the server none.
fn converse(mut stream: &TcpStream, stopping: &AtomicBool, work: impl Fn(&str) -> String) -> io::Result<()> {
    let mut orders = BufReader::new(stream);
    let mut order = String::new();
    while !stopping.load(Relaxed) && orders.read_line(&mut order)? > 0 {
        stream.write_all(b"accepted\n")?;
        let done = work(order.trim_end_matches('\n'));
        stream.write_all(format!("{done}\n").as_bytes())?;
        order.clear();
    }
    Ok(())
}
