//! Where bytes lie that were written and not read.

use std::io::{self, ErrorKind, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use socket2::{Domain, Socket, Type};

/// The two ends of a connection on this machine.
#[derive(Debug)]
pub struct Ends {
    /// Where is written.
    pub writer: TcpStream,
    /// Where nobody reads, for the time being.
    pub reader: TcpStream,
}

impl Ends {
    /// A connection whose writer has a send buffer of about `send` bytes, and its reader a receive buffer of about `receive`.
    /// What is not said is as the system likes it.
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn new(send: Option<usize>, receive: Option<usize>) -> io::Result<Ends> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let reader = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        // Before they are connected: then the two sides agree on how much may be under way.
        receive.map_or(Ok(()), |size| reader.set_recv_buffer_size(size))?;
        reader.connect(&listener.local_addr()?.into())?;
        let writer = Socket::from(listener.accept()?.0);
        send.map_or(Ok(()), |size| writer.set_send_buffer_size(size))?;
        Ok(Ends { writer: writer.into(), reader: reader.into() })
    }

    /// Writes until the system takes no more, and says how many bytes it has taken. A `write` that may block would sleep then.
    ///
    /// # Errors
    ///
    /// If the connection fails.
    pub fn fill(&mut self) -> io::Result<usize> {
        self.writer.set_nonblocking(true)?;
        let mut taken = 0;
        loop {
            match self.writer.write(&[b'x'; 4096]) {
                Ok(count) => taken += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        self.writer.set_nonblocking(false)?;
        Ok(taken)
    }
}
