"""A customer waits until there is bread."""

# ANCHOR: bakery
import threading

shelf = []
filled = threading.Condition()


def customer():
    with filled:
        while not shelf:
            filled.wait()
        print(shelf.pop())


def baker():
    with filled:
        shelf.append("rye")
        filled.notify()
# ANCHOR_END: bakery


threads = [threading.Thread(target=work) for work in (customer, baker)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
