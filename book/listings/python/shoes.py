"""Two people share an account, and a lock keeps them from spending more than there is."""

# ANCHOR: shoes
import threading

lock = threading.Lock()
balance = 100
pairs = 0


def buy():
    global balance, pairs
    with lock:
        if balance >= 60:
            balance -= 60
            pairs += 1


people = [threading.Thread(target=buy, name=name) for name in ("Alice", "Bob")]
for each in people:
    each.start()
for each in people:
    each.join()
print(pairs)
# ANCHOR_END: shoes
