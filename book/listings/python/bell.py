"""A waiter looks at a flag, and then lies down beside a bell. Wrong: the bell may ring in between."""

# ANCHOR: hasty
import threading

up = False
bell = threading.Condition()


def raise_flag():
    global up
    up = True
    with bell:
        bell.notify_all()


def wait():
    while not up:
        with bell:
            bell.wait()
# ANCHOR_END: hasty


class Between(threading.Condition):
    """Raises the flag after the waiter's look, before it lies down. Its wait gives up, so that this program ends."""

    rang = None

    def __enter__(self):
        if threading.current_thread() is waiter:
            setter = threading.Thread(target=raise_flag)
            setter.start()
            setter.join()
        return super().__enter__()

    def wait(self):
        self.rang = super().wait(0.05)


bell = Between()
waiter = threading.Thread(target=wait)
waiter.start()
waiter.join()
assert bell.rang is False, f"the waiter was to miss the bell: {bell.rang}"
