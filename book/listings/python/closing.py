"""What an executor does with its queue when the program ends."""

# ANCHOR: closing
import threading
from concurrent.futures import ThreadPoolExecutor

main_ends = threading.Event()
kitchen = ThreadPoolExecutor(max_workers=1)
kitchen.submit(main_ends.wait)
kitchen.submit(print, "queued, and cooked all the same")
print("main ends")
main_ends.set()
# ANCHOR_END: closing
