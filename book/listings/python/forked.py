"""A process is forked while one of its threads holds a lock."""

import os
import threading

# ANCHOR: forked
lock, held, end = threading.Lock(), threading.Event(), threading.Event()


def bob():
    with lock:
        held.set()
        end.wait()


thread = threading.Thread(target=bob)
thread.start()
held.wait()
child = os.fork()
if child == 0:
    others = threading.active_count() - 1
    print("the child has", others, "other threads, and the lock is", "taken" if lock.locked() else "free", flush=True)
    os._exit(0)
# ANCHOR_END: forked
os.waitpid(child, 0)
end.set()
thread.join()
