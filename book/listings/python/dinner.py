"""A cook is hired for the evening, and not for each dish."""

# ANCHOR: dinner
from concurrent.futures import ThreadPoolExecutor

with ThreadPoolExecutor(max_workers=2) as kitchen:
    soup = kitchen.submit(str.upper, "soup")
    print(soup.result(), *kitchen.map(str.upper, ["fish", "cake"]))
# ANCHOR_END: dinner


# ANCHOR: burned
def burn():
    raise ValueError("it burned")


with ThreadPoolExecutor(max_workers=1) as kitchen:
    kitchen.submit(burn)  # nobody will ever know
    dish = kitchen.submit(burn)
    print(repr(dish.exception()))
# ANCHOR_END: burned

# ANCHOR: nested
import concurrent.futures

kitchen = ThreadPoolExecutor(max_workers=1)


def boil_soup():
    stock = kitchen.submit(str.upper, "stock")
    return stock.result(timeout=0.1)  # without the time-out: for ever


try:
    kitchen.submit(boil_soup).result()
except concurrent.futures.TimeoutError:
    print("the soup waits for the stock, and the stock for the cook")
# ANCHOR_END: nested
