"""Eight threads ask for a rate that is looked up once."""

# ANCHOR: once
import threading

rate = None
making = threading.Lock()


def get_rate():
    global rate
    if rate is None:
        with making:
            if rate is None:
                rate = look_up()
    return rate
# ANCHOR_END: once


looked_up = 0


def look_up():
    global looked_up
    looked_up += 1
    return 42


told = []
threads = [threading.Thread(target=lambda: told.append(get_rate())) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert told == [42] * 8, told
print(looked_up)
