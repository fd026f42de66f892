"""The same work, done by CPython. Started by the program `experiments`, which checks what comes out."""

import socket
import struct
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context

WORD = (1 << 64) - 1


def number(place):
    mixed = (place + 1) * 0x9E3779B97F4A7C15 & WORD
    return (mixed ^ mixed >> 32) * 0xD6E8FEB86659FD93 & WORD


def compute(steps, seed):
    state = number(seed)
    for _ in range(steps):
        state = (state ^ seed) * 6364136223846793005 & WORD
        state ^= state >> 32
    return state


def ask(port, micros, seed):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(struct.pack("<QQ", micros, seed))
        return struct.unpack("<Q", connection.recv(8, socket.MSG_WAITALL))[0]


def do(task):
    kind, first, second, seed = task
    return compute(first, seed) if kind == "compute" else ask(first, second, seed)


def with_threads(workers, tasks):
    """Each thread takes the next task from one iterator, until there is none."""
    results = [None] * len(tasks)
    numbers = iter(range(len(tasks)))
    lock = threading.Lock()

    def work():
        while True:
            with lock:
                place = next(numbers, None)
            if place is None:
                return
            results[place] = do(tasks[place])

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def table(method, workers, tasks):
    """Does all tasks, and says how many seconds that took, and the sum of what came out."""
    if method == "sequence":
        run = lambda: [do(task) for task in tasks]
    elif method == "threading":
        run = lambda: with_threads(workers, tasks)
    elif method == "executor":
        executor = ThreadPoolExecutor(workers)
        run = lambda: list(executor.map(do, tasks))
    else:
        pool = get_context("spawn").Pool(workers)
        run = lambda: pool.map(do, tasks, chunksize=1)
        # Until all of them have started.
        pool.map(time.sleep, [0.05] * workers, chunksize=1)
    start = time.perf_counter()
    results = run()
    print(time.perf_counter() - start, sum(results) & WORD)


def spin(ready, stop):
    ready.release()
    while not stop.is_set():
        pass


def echo(busy, kind):
    """Sends each byte back that comes over a connection, beside so many that compute."""
    apart = get_context("spawn")
    worker, home = (threading.Thread, threading) if kind == "threads" else (apart.Process, apart)
    ready, stop = home.Semaphore(0), home.Event()
    workers = [worker(target=spin, args=(ready, stop), daemon=True) for _ in range(busy)]
    with socket.create_server(("127.0.0.1", 0)) as server:
        for other in workers:
            other.start()
        for _ in workers:
            ready.acquire()
        print(server.getsockname()[1], flush=True)
        connection, _ = server.accept()
    with connection:
        while byte := connection.recv(1):
            connection.sendall(byte)
    stop.set()
    for other in workers:
        other.join()


def main():
    if sys.argv[1] == "echo":
        echo(int(sys.argv[2]), sys.argv[3])
    else:
        method, workers, kind, count, first, second = sys.argv[2:]
        table(method, int(workers), [(kind, int(first), int(second), seed) for seed in range(int(count))])


if __name__ == "__main__":
    main()
