"""How each side of a connection closes."""

import socket
import struct

shop = socket.create_server(("127.0.0.1", 0))


def meet():
    client = socket.create_connection(shop.getsockname())
    served, _ = shop.accept()
    return client, served


client, served = meet()
# ANCHOR: half
client.sendall(b"3 and 4?")
client.shutdown(socket.SHUT_WR)  # no more questions
print(served.recv(100), served.recv(100))
served.sendall(b"7")  # an answer all the same
served.close()
print(client.recv(100), client.recv(100))
# ANCHOR_END: half

client, served = meet()
# ANCHOR: reset
client.sendall(b"3 and 4? And 5?")
print(served.recv(8))
served.sendall(b"7")
served.close()  # with a question that it has not read
for _ in range(2):
    try:
        print(client.recv(100))
    except ConnectionResetError as error:
        print(repr(error))
# ANCHOR_END: reset

client, served = meet()
# ANCHOR: gone
served.close()
print(client.send(b"hello?"))
try:
    while True:
        client.send(b"hello?")
except BrokenPipeError as error:
    print(repr(error))
# ANCHOR_END: gone

client, served = meet()
# ANCHOR: linger
served.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
served.close()
try:
    client.recv(100)
except ConnectionResetError as error:
    print(repr(error))
# ANCHOR_END: linger
