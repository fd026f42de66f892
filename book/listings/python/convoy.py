"""A thread answers requests beside threads, or processes, that compute. How long does an answer take?"""

import socket
import subprocess
import sys
import threading
import time
from multiprocessing import get_context

REQUESTS = 40
PACE = 0.023


# ANCHOR: echo
def echo(connection):
    while byte := connection.recv(1):
        connection.sendall(byte)


def compute(stop):
    while not stop.is_set():
        pass
# ANCHOR_END: echo


def request(port):
    """Sends requests at a steady pace, from a process of its own. Returns the median time and the slowest, in milliseconds."""
    times = []
    with socket.create_connection(("127.0.0.1", port)) as connection:
        start = time.perf_counter()
        for number in range(1, REQUESTS + 1):
            time.sleep(max(0, start + number * PACE - time.perf_counter()))
            sent = time.perf_counter()
            connection.sendall(b"x")
            connection.recv(1)
            times.append((time.perf_counter() - sent) * 1000)
    times.sort()
    return times[len(times) // 2], times[-1]


def measure(busy, event, worker):
    stop = event()
    workers = [worker(target=compute, args=(stop,)) for _ in range(busy)]
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = subprocess.Popen(
            [sys.executable, __file__, str(server.getsockname()[1])], stdout=subprocess.PIPE, text=True
        )
        connection, _ = server.accept()
    with connection:
        answering = threading.Thread(target=echo, args=(connection,))
        for thread in [answering, *workers]:
            thread.start()
        median, slowest = client.communicate()[0].split()
        stop.set()
        for thread in [answering, *workers]:
            thread.join()
    return float(median), float(slowest)


def main():
    print("                       threads            processes")
    print("those that compute     median  slowest    median  slowest   (ms)")
    apart = get_context("spawn")
    for busy in range(3):
        threads = measure(busy, threading.Event, threading.Thread)
        processes = measure(busy, apart.Event, apart.Process)
        print(f"{busy:>20}   {threads[0]:6.2f}  {threads[1]:7.2f}    {processes[0]:6.2f}  {processes[1]:7.2f}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(*request(int(sys.argv[1])))
    else:
        main()
