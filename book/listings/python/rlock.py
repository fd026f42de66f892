"""A reentrant lock is held, and what it protects changes all the same."""

# ANCHOR: rlock
import threading

lock = threading.RLock()
prices = {"boots": 90, "shoes": 60}


def sell(name):
    with lock:
        del prices[name]


def sell_cheap_ones(limit):
    with lock:
        for name, price in prices.items():
            if price < limit:
                sell(name)  # takes the lock once more
# ANCHOR_END: rlock


prices["socks"] = 5
try:
    sell_cheap_ones(70)
except RuntimeError as error:
    print(error)
