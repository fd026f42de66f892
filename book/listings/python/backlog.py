"""A server that listens, and never accepts."""

# ANCHOR: backlog
import socket

shop = socket.create_server(("127.0.0.1", 0), backlog=2)
connected = []
try:
    while True:
        client = socket.create_connection(shop.getsockname(), timeout=0.5)
        client.sendall(b"is anybody there?")
        connected.append(client)
except TimeoutError:
    print(len(connected), "are connected, and one more tries in vain")

served, _ = shop.accept()
print(served.recv(100))
# ANCHOR_END: backlog
