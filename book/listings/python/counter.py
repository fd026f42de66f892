"""Two threads add to the same number."""

# ANCHOR: counter
import threading

count = 0


def successor(number):
    return number + 1


def work():
    global count
    for _ in range(500_000):
        count = successor(count)


threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(count)
# ANCHOR_END: counter

assert 500_000 <= count <= 1_000_000, count
