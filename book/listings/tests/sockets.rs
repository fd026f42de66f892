//! What the chapter on sockets says of the system's table. Nothing in it is concurrent, so it is no business of the model.
#![cfg(not(loom))]

use std::net::Ipv4Addr;

use listings::sockets::Entry;

/// As a processor prints them that begins a number with its small end.
#[cfg(target_endian = "little")]
#[test]
fn a_line_of_the_table_tells_addresses_state_and_bytes() {
    let listens = "   0: 0100007F:1EC6 00000000:0000 0A 00000000:00000003 00:00000000 00000000     0        0 4711 1";
    let listens = Entry::parse(listens).expect("it is such a line");
    assert_eq!((listens.local.to_string().as_str(), listens.state, listens.unread), ("127.0.0.1:7878", "LISTEN", 3));

    let closed = "  17: 0101A8C0:0050 070200C0:DC04 06 0000000A:00000FFF 03:00001766 00000000     0        0 0 3";
    let closed = Entry::parse(closed).expect("it is such a line");
    assert_eq!((*closed.local.ip(), closed.local.port()), (Ipv4Addr::new(192, 168, 1, 1), 80));
    assert_eq!((*closed.peer.ip(), closed.peer.port()), (Ipv4Addr::new(192, 0, 2, 7), 56324));
    assert_eq!((closed.state, closed.to_send, closed.unread), ("TIME_WAIT", 10, 4095));
}

#[test]
fn what_is_no_such_line_is_none() {
    for line in [
        "",
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
        "0: 0100007F:1EC6 00000000:0000 00 00000000:00000000",
        "0: 0100007F:1EC6 00000000:0000 0D 00000000:00000000",
        "0: 0100007F 00000000:0000 0A 00000000:00000000",
        "0: 0100007F:1EC6 00000000:0000 0A 00000000",
    ] {
        assert_eq!(Entry::parse(line), None, "{line}");
    }
}
