"""The other side of `framing::command`, with nothing but `socket` and `struct`.

    python3 command.py HOST PORT
"""

import socket
import struct
import sys

# ANCHOR: talk
ECHO, SUM, BYE = 1, 2, 3
DONE, REFUSED = 0, 1


def send(connection, command, payload=b""):
    connection.sendall(struct.pack(">IB", 1 + len(payload), command) + payload)


def receive_exactly(connection, count):
    """recv(count) gives up to so many bytes. This gives so many."""
    received = bytearray()
    while len(received) < count:
        piece = connection.recv(count - len(received))
        if not piece:
            raise EOFError(f"{count - len(received)} bytes are missing")
        received += piece
    return bytes(received)


def receive(connection):
    (length,) = struct.unpack(">I", receive_exactly(connection, 4))
    reply = receive_exactly(connection, length)
    return reply[0], reply[1:]
# ANCHOR_END: talk


def ask(connection, command, payload=b""):
    send(connection, command, payload)
    return receive(connection)


def main(host, port):
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        for payload in (b"", b"hello", bytes(range(256)) * 400):
            assert ask(connection, ECHO, payload) == (DONE, payload)

        numbers = (1, -2, 2**31 - 1, 2**31 - 1)
        status, payload = ask(connection, SUM, struct.pack(">4i", *numbers))
        assert (status, *struct.unpack(">q", payload)) == (DONE, sum(numbers))

        # A request that means nothing is refused, and the next one is served.
        assert ask(connection, 99) == (REFUSED, b"there is no command 99")
        assert ask(connection, SUM, b"abc")[0] == REFUSED

        # One byte at a time.
        for byte in struct.pack(">IB", 3, ECHO) + b"hi":
            connection.sendall(bytes([byte]))
        assert receive(connection) == (DONE, b"hi")

        # Many at once.
        connection.sendall(struct.pack(">IBB", 2, ECHO, 0x2A) * 1000)
        assert all(receive(connection) == (DONE, b"*") for _ in range(1000))

        send(connection, BYE)
        assert connection.recv(1) == b"", "the server hangs up"
    print("all is well")


if __name__ == "__main__":
    main(*sys.argv[1:])
