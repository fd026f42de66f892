"""Two signal, and nobody waits yet. Then three come: how many of them get through?"""

# ANCHOR: remembered
import threading

condition = threading.Condition()
semaphore = threading.Semaphore(0)
event = threading.Event()

for _ in range(2):
    with condition:
        condition.notify()
    semaphore.release()
    event.set()


def waits_for_condition():
    with condition:
        return condition.wait(timeout=0)


def through(come):
    return sum(come() for _ in range(3))


print("condition", through(waits_for_condition))
print("semaphore", through(lambda: semaphore.acquire(blocking=False)))
print("event    ", through(lambda: event.wait(timeout=0)))
# ANCHOR_END: remembered
