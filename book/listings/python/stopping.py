"""An event that a signal handler sets: how long until it stands still?"""

# ANCHOR: stopping
import signal
import threading

stop = threading.Event()
signals = 0


def handler(number, frame):
    global signals
    signals += 1
    stop.set()


signal.signal(signal.SIGALRM, handler)
# ANCHOR_END: stopping

import os
import time


def watch():
    seen = -1
    while seen < signals:
        seen = signals
        time.sleep(1)
    print("stands still after", signals, "signals", flush=True)
    os._exit(0)


threading.Thread(target=watch, daemon=True).start()
end = time.monotonic() + 5
while time.monotonic() < end:
    before = signals
    signal.setitimer(signal.ITIMER_REAL, 0.0002)
    # ANCHOR: waits
    while signals == before:
        stop.wait(0)
    # ANCHOR_END: waits
    stop.clear()
print("has survived", signals, "signals")
