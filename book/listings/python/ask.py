"""Asks a server that speaks RESP, at the port that is given."""

import sys

port = int(sys.argv[1])
# ANCHOR: ask
import socket

with socket.create_connection(("127.0.0.1", port)) as connection:
    replies = connection.makefile("rb")
    connection.sendall(b"SET key 42\r\nGET key\r\n")
    for _ in range(3):
        print(replies.readline())
# ANCHOR_END: ask
