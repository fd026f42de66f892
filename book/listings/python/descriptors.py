"""What a process knows of its sockets: numbers. And when these are given back."""

# ANCHOR: numbers
import os
import socket

shop = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(shop.getsockname())
served, _ = shop.accept()

for each in (shop, client, served):
    number = each.fileno()
    print(number, os.readlink(f"/proc/self/fd/{number}"))
# ANCHOR_END: numbers

# ANCHOR: tuples
print("shop  ", shop.getsockname())
print("client", client.getsockname(), "to", client.getpeername())
print("served", served.getsockname(), "to", served.getpeername())
# ANCHOR_END: tuples

assert served.getsockname() == shop.getsockname() == client.getpeername()
assert served.getpeername() == client.getsockname()

# ANCHOR: with
with served:
    number = served.fileno()
    print("open:", os.path.exists(f"/proc/self/fd/{number}"))
print("open:", os.path.exists(f"/proc/self/fd/{number}"))
print(served.fileno(), client.recv(100))
# ANCHOR_END: with

# ANCHOR: twice
client = socket.create_connection(shop.getsockname())
served, _ = shop.accept()
again = served.dup()  # in Rust: served.try_clone()
served.close()
client.settimeout(0.1)
try:
    client.recv(100)
except TimeoutError:
    print("not closed")
again.shutdown(socket.SHUT_RDWR)
print(client.recv(100))
# ANCHOR_END: twice
again.close()

# ANCHOR: hexadecimal
import struct

host, port = "0100007F:1EC6".split(":")
print(socket.inet_ntoa(struct.pack("<I", int(host, 16))), int(port, 16))
# ANCHOR_END: hexadecimal
