"""Sixteen tasks that compute, and sixteen that wait, in four ways: milliseconds, the middle of some rounds."""

import hashlib
import statistics
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

ROUNDS = 5
LETTER = bytes(8_000_000)


# ANCHOR: works
def compute(_):
    return sum(range(600_000))


def wait(_):
    time.sleep(0.01)


def hash_it(_):
    # The lock is given away while C computes.
    hashlib.sha256(LETTER).digest()
# ANCHOR_END: works


def milliseconds(how, work):
    start = time.perf_counter()
    list(how(work, range(16)))
    return (time.perf_counter() - start) * 1000


def main():
    with (
        ThreadPoolExecutor(2) as two,
        ThreadPoolExecutor(16) as sixteen,
        ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes,
    ):
        list(processes.map(wait, range(4)))  # They are started when there is something to do.
        ways = {"in sequence": map, "2 threads": two.map, "16 threads": sixteen.map, "2 processes": processes.map}
        works = [compute, hash_it, wait]
        times = {(way, work): [] for way in ways for work in works}
        for _ in range(ROUNDS):
            for (way, work), of in times.items():
                of.append(milliseconds(ways[way], work))
    print(f"{'ms':12}" + "".join(f"{work.__name__:>12}" for work in works))
    for way in ways:
        print(f"{way:12}" + "".join(f"{statistics.median(times[way, work]):12.0f}" for work in works))


if __name__ == "__main__":
    main()
