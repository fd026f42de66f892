"""Three servers, two silent clients, and one who asks."""

# ANCHOR: strategies
import socket
from concurrent.futures import ThreadPoolExecutor
from threading import Thread


def serve(connection):
    with connection, connection.makefile("rb") as lines:
        for line in lines:
            connection.sendall(line)


def a_thread_each(door):
    while True:
        connection, _ = door.accept()
        Thread(target=serve, args=(connection,)).start()


def a_pool_of_two(door):
    pool = ThreadPoolExecutor(2)
    while True:
        connection, _ = door.accept()
        pool.submit(serve, connection)


def two_that_accept(door):
    def accept_and_serve():
        while True:
            connection, _ = door.accept()
            serve(connection)

    Thread(target=accept_and_serve, daemon=True).start()
    accept_and_serve()
# ANCHOR_END: strategies


# ANCHOR: silent
for strategy in (a_thread_each, a_pool_of_two, two_that_accept):
    door = socket.create_server(("127.0.0.1", 0))
    Thread(target=strategy, args=(door,), daemon=True).start()
    silent = [socket.create_connection(door.getsockname()) for _ in range(2)]
    asker = socket.create_connection(door.getsockname(), timeout=2)
    asker.sendall(b"hello\n")
    try:
        print(strategy.__name__, asker.recv(100))
    except TimeoutError:
        for each in silent:
            each.close()
        asker.settimeout(None)
        print(strategy.__name__, "waited, and then", asker.recv(100))
    # ANCHOR_END: silent
    asker.close()
    for each in silent:
        each.close()
