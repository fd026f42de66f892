"""What does it take to start a process, to have it do nothing, and to send it something large?"""

import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, shared_memory

ROUNDS = 9
LARGE = bytes(8_000_000)


# ANCHOR: works
def length(data):
    return len(data)


def shared_length(name):
    memory = shared_memory.SharedMemory(name)
    found = len(memory.buf)
    memory.close()
    return found
# ANCHOR_END: works


def start(context):
    process = context.Process(target=int)
    process.start()
    process.join()


def row(name, turn):
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        turn()
        times.append((time.perf_counter() - start) * 1000)
    print(f"{name:24}{statistics.median(times):8.2f} ms")


def main():
    fork, spawn = get_context("fork"), get_context("spawn")
    row("start by fork", lambda: start(fork))
    row("start by spawn", lambda: start(spawn))
    memory = shared_memory.SharedMemory(create=True, size=len(LARGE))
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        pool.submit(int).result()
        row("a job for a pool", lambda: pool.submit(int).result())
        # ANCHOR: large
        row("8 MB, pickled", lambda: pool.submit(length, LARGE).result())
        row("8 MB, shared", lambda: pool.submit(shared_length, memory.name).result())
        # ANCHOR_END: large
    memory.close()
    memory.unlink()


if __name__ == "__main__":
    main()
