"""Two climb from hut to hut, and wait for each other at each."""

# ANCHOR: hut
import threading

hut = threading.Barrier(2)
log = []


def climb(name):
    for stage in range(3):
        log.append(stage)
        hut.wait()
# ANCHOR_END: hut


threads = [threading.Thread(target=climb, args=(name,)) for name in ("Alice", "Bob")]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(log)
