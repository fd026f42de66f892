//! Wrong: the list owns the sockets too, with `try_clone`. A connection is closed when the last of its handles is, and one that has
//! served its client stays open.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use mutex::Mutex;

/// A server that runs.
#[must_use = "a server that nobody stops runs until the program ends"]
pub struct Server {
    address: SocketAddr,
    house: Arc<Mutex<House>>,
    /// The thread that accepts.
    accepting: JoinHandle<()>,
}

/// Who is there.
#[derive(Default)]
struct House {
    stopping: bool,
    clients: Vec<Client>,
}

struct Client {
    stream: TcpStream,
    thread: JoinHandle<()>,
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
        let house = Arc::<Mutex<House>>::default();
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
        let mut house = self.house.lock();
        house.stopping = true;
        // Nobody is let in from now on, so that these are all.
        let clients = std::mem::take(&mut house.clients);
        drop(house);
        for Client { stream, .. } in &clients {
            // Only the reading side: what was ordered has to be written yet. It fails if the client has gone already.
            _ = stream.shutdown(Shutdown::Read);
        }
        // Whoever accepts is woken by this, if by nobody else, and sees the flag.
        _ = TcpStream::connect(self.address);
        // A thread that has panicked has ended, too.
        _ = self.accepting.join();
        for client in clients {
            _ = client.thread.join();
        }
    }
}

/// Lets clients in, each on a thread of its own.
fn accept<W: Fn(&str) -> String + Send + Sync + 'static>(
    listener: &TcpListener,
    house: &Arc<Mutex<House>>,
    work: &Arc<W>,
) {
    for stream in listener.incoming() {
        let mut inside = house.lock();
        if inside.stopping {
            break;
        }
        let Ok(stream) = stream else { continue };
        let (house, work) = (Arc::clone(house), Arc::clone(work));
        let Ok(entry) = stream.try_clone() else { continue };
        // A client that fails is no affair of anybody else.
        let serve = move || _ = converse(&stream, &house, &*work);
        let client = thread::Builder::new().spawn(serve).map(|thread| Client { stream: entry, thread });
        inside.clients.extend(client);
    }
}

/// Takes orders until the client has no more, or the server none.
fn converse(mut stream: &TcpStream, house: &Mutex<House>, work: impl Fn(&str) -> String) -> io::Result<()> {
    let mut orders = BufReader::new(stream);
    let mut order = String::new();
    loop {
        let ended = orders.read_line(&mut order)? == 0;
        // Now, and not before: it may be half an order that came before the stream was made to end.
        if ended || house.lock().stopping {
            return Ok(());
        }
        stream.write_all(b"accepted\n")?;
        let done = work(order.trim_end_matches('\n'));
        stream.write_all(format!("{done}\n").as_bytes())?;
        order.clear();
    }
}
