"""Five downloads share two lines."""

# ANCHOR: lines
import threading

lines = threading.Semaphore(2)


def download(name):
    with lines:
        busy(name)
# ANCHOR_END: lines


lock = threading.Lock()
running = most = 0


def busy(name):
    global running, most
    with lock:
        running += 1
        most = max(most, running)
    with lock:
        running -= 1


threads = [threading.Thread(target=download, args=(name,)) for name in "abcde"]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert 1 <= most <= 2, most
print("no more than 2 at a time")

# ANCHOR: bounded
bounded = threading.BoundedSemaphore(2)
try:
    bounded.release()
except ValueError as error:
    print(error)
# ANCHOR_END: bounded
