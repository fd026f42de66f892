"""The same work twice: by threads one by one, by threads at once, by processes at once."""

import threading
import time
from multiprocessing import get_context

# ANCHOR: turns
def work():
    count = 15_000_000
    while count > 0:
        count -= 1


def one_by_one(kind):
    for _ in range(2):
        worker = kind(target=work)
        worker.start()
        worker.join()


def at_once(kind):
    workers = [kind(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def main():
    ways = {
        "two threads, one by one": lambda: one_by_one(threading.Thread),
        "two threads at once": lambda: at_once(threading.Thread),
        "two processes at once": lambda: at_once(get_context("spawn").Process),
    }
    # ANCHOR_END: turns
    for name, way in ways.items():
        print(f"{name:24}{min(seconds(way) for _ in range(3)) * 1000:5.0f} ms")


def seconds(way):
    start = time.perf_counter()
    way()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
