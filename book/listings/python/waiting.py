"""Two threads wait for a second, one awake and one asleep. What did it cost?"""

# ANCHOR: waiting
import threading
import time

up = False
event = threading.Event()
seconds = {}


def spins():
    while not up:
        pass
    seconds["spins"] = time.thread_time()


def sleeps():
    event.wait()
    seconds["sleeps"] = time.thread_time()


threads = [threading.Thread(target=spins), threading.Thread(target=sleeps)]
for thread in threads:
    thread.start()
time.sleep(1)
up = True
event.set()
for thread in threads:
    thread.join()
for name in seconds:
    print(name, round(seconds[name], 2))
# ANCHOR_END: waiting
