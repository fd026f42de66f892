//! Fills the buffers of connections on which nobody reads, and says how much went in.

use std::io;

use nobody_reads::buffers::Ends;
use socket2::SockRef;

fn main() -> io::Result<()> {
    println!("  SO_SNDBUF          SO_RCVBUF");
    println!("asked   granted    asked   granted     taken by `write`");
    for size in [Some(4096), Some(16_384), Some(65_536), None] {
        let mut ends = Ends::new(size, size)?;
        let send = SockRef::from(&ends.writer).send_buffer_size()?;
        let receive = SockRef::from(&ends.reader).recv_buffer_size()?;
        let asked = size.map_or("-".to_owned(), |size| size.to_string());
        println!("{asked:>5} {send:>9}    {asked:>5} {receive:>9} {:>12} bytes", ends.fill()?);
    }
    Ok(())
}
