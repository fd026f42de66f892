//! The server around the connections: it lets customers in, a thread for each, and it waits for the end of all.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use condvar::Condvar;
use mutex::Mutex;

use crate::connection::Connection;

/// A server on this machine. Its customers send requests, a line each, and get a line for each.
pub struct Server {
    address: SocketAddr,
    house: Arc<House>,
}

/// Who is there.
struct House {
    guests: Mutex<Guests>,
    /// One has left.
    left: Condvar,
}

#[derive(Default)]
struct Guests {
    stopping: bool,
    connections: Vec<Arc<Connection>>,
}

impl Server {
    /// A server that asks `answer` what to say.
    ///
    /// # Errors
    ///
    /// If the system has no port for it.
    pub fn start(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> io::Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let house = Arc::new(House { guests: Mutex::new(Guests::default()), left: Condvar::new() });
        let (door, answer) = (Arc::clone(&house), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let Some(guest) = Guest::new(&door, stream) else { break };
                let answer = Arc::clone(&answer);
                // How it has failed is the customer's business: there is nobody else to be told.
                thread::spawn(move || _ = guest.connection.serve(&*answer));
            }
        });
        Ok(Server { address, house })
    }

    /// Where it can be reached.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets nobody in any more, and tells all connections to come to an end. Waits for none of them.
    pub fn stop(&self) {
        let mut guests = self.house.guests.lock();
        guests.stopping = true;
        guests.connections.iter().for_each(|connection| connection.stop());
        drop(guests);
        // Whoever sleeps in `accept` is woken by a last customer.
        _ = TcpStream::connect(self.address);
    }

    /// Waits until all connections have ended, and cuts those that have not by the deadline. Says how many these were.
    pub fn join(self, deadline: Duration) -> usize {
        let House { guests, left } = &*self.house;
        let mut guests = guests.lock();
        left.wait_timeout_while(&mut guests, deadline, |guests| !guests.connections.is_empty());
        let cut = guests.connections.len();
        guests.connections.iter().for_each(|connection| connection.cut());
        left.wait_while(&mut guests, |guests| !guests.connections.is_empty());
        cut
    }
}

/// A connection that is on the list for as long as somebody serves it.
struct Guest {
    house: Arc<House>,
    connection: Arc<Connection>,
}

impl Guest {
    /// `None`: the server stops.
    fn new(house: &Arc<House>, stream: TcpStream) -> Option<Guest> {
        let mut guests = house.guests.lock();
        if guests.stopping {
            return None;
        }
        let connection = Arc::new(Connection::new(stream));
        guests.connections.push(Arc::clone(&connection));
        Some(Guest { house: Arc::clone(house), connection })
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut guests = self.house.guests.lock();
        guests.connections.retain(|connection| !Arc::ptr_eq(connection, &self.connection));
        self.house.left.notify_all();
    }
}
