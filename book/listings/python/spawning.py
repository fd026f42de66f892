"""What does a thread take, and what a job on a pool? In microseconds, the best of some rounds."""

# ANCHOR: spawning
import threading
import time
from concurrent.futures import ThreadPoolExecutor


def spawn():
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()


def submit():
    pool.submit(int).result()
# ANCHOR_END: spawning


def best(turn, rounds=20, turns=50):
    def one_round():
        start = time.perf_counter()
        for _ in range(turns):
            turn()
        return (time.perf_counter() - start) / turns

    return min(one_round() for _ in range(rounds)) * 1e6


with ThreadPoolExecutor(max_workers=1) as pool:
    print(f"start a thread    {best(spawn):.1f}")
    print(f"hand it to a pool {best(submit):.1f}")
