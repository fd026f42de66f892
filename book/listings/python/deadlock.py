"""Two transfers in opposite directions stand still. A barrier sees to it that they always do."""

import threading

# ANCHOR: deadlock
checking = threading.Lock()
savings = threading.Lock()
both_have_one = threading.Barrier(2)


def transfer(source, target):
    with source:
        both_have_one.wait()  # makes sure of what is bad luck otherwise
        with target:
            print("done")


threads = [
    threading.Thread(target=transfer, args=(checking, savings), name="Alice", daemon=True),
    threading.Thread(target=transfer, args=(savings, checking), name="Bob", daemon=True),
]
for thread in threads:
    thread.start()
# ANCHOR_END: deadlock

both = " and ".join(thread.name for thread in threads if thread.join(0.1) is None and thread.is_alive())
print(f"{both} stand still")
