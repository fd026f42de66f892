"""Two cooks work off what is ordered, and go home when all is done."""

# ANCHOR: kitchen
import queue
import threading

orders = queue.Queue(maxsize=8)
served = []


def cook():
    for dish in iter(orders.get, None):  # until it gets None
        served.append(dish)
        orders.task_done()


cooks = [threading.Thread(target=cook) for _ in range(2)]
for thread in cooks:
    thread.start()
for dish in ["soup", "fish", "soup"]:
    orders.put(dish)
orders.join()
for _ in cooks:
    orders.put(None)
# ANCHOR_END: kitchen

for thread in cooks:
    thread.join()
print(sorted(served))

# ANCHOR: stove
rail = queue.Queue()
rail.put("soup")
soup = rail.get()
print(rail.empty(), rail.unfinished_tasks)
# ANCHOR_END: stove
