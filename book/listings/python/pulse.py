"""A flag that goes up and down at once releases whoever was waiting."""

# ANCHOR: pulse
import threading

event = threading.Event()
released = []


def worker(number):
    event.wait()
    released.append(number)


workers = [threading.Thread(target=worker, args=(number,)) for number in range(8)]
for each in workers:
    each.start()
# ANCHOR_END: pulse


# ANCHOR: set_clear
def stroke():
    event.set()
    event.clear()
# ANCHOR_END: set_clear


# Whoever has not begun to wait yet misses the pulse, so there is one after the other until all are through.
while len(released) < len(workers):
    stroke()

for each in workers:
    each.join()
assert sorted(released) == list(range(8)), released
