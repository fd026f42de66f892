"""What becomes of bytes that nobody reads."""

# ANCHOR: copied
import socket

shop = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(shop.getsockname())
served, _ = shop.accept()

message = bytearray(b"hello")
client.sendall(message)
message[:] = b"adieu"
print(served.recv(100))
# ANCHOR_END: copied

# ANCHOR: unread
import fcntl
import struct
import termios


def waiting(connection, which):
    return struct.unpack("i", fcntl.ioctl(connection, which, bytes(4)))[0]


client.settimeout(0.3)
taken = 0
try:
    while True:
        taken += client.send(bytes(100_000))
except TimeoutError:
    print("taken  ", taken)
    print("to send", waiting(client, termios.TIOCOUTQ))
    print("unread ", waiting(served, termios.FIONREAD))
# ANCHOR_END: unread

# ANCHOR: all
served.recv(50_000)
try:
    while True:
        client.sendall(bytes(1_000_000))
except TimeoutError as error:
    print(repr(error))
# ANCHOR_END: all
