"""A stream keeps bytes and their order, and no boundaries."""

# ANCHOR: pieces
import socket

ours, theirs = socket.socketpair()
for words in (b"hello", b"how", b"are you?"):
    ours.sendall(words)
ours.close()

print(theirs.recv(3))
print(theirs.recv(6))
print(theirs.recv(1024))
print(theirs.recv(1024))
# ANCHOR_END: pieces

# ANCHOR: struct
import struct

print(struct.pack(">IB", 9, 2))
print(struct.calcsize(">IB"), struct.calcsize("BI"))
# ANCHOR_END: struct
