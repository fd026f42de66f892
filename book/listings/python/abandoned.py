"""A daemon thread does not leave its blocks."""

# ANCHOR: abandoned
import threading

begun = threading.Event()


def work():
    try:
        begun.set()
        threading.Event().wait()
    finally:
        print("tidied up")  # never printed


threading.Thread(target=work, daemon=True).start()
begun.wait()
print("main ends")
# ANCHOR_END: abandoned
