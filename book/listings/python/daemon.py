"""A thread that Python does not wait for."""

# ANCHOR: daemon
import threading
import time


def an_hour_later():
    time.sleep(3600)
    print("an hour later")  # never printed


threading.Thread(target=an_hour_later, daemon=True).start()
print("main ends")
# ANCHOR_END: daemon
