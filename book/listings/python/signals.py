"""Unix signals, as Python hands them on."""

# ANCHOR: handler
import signal
import threading


def handler(number, frame):
    handled.append(threading.current_thread().name)


def elsewhere():
    signal.raise_signal(signal.SIGUSR1)
    raised.append(threading.current_thread().name)


raised, handled = [], []
signal.signal(signal.SIGUSR1, handler)
alice = threading.Thread(target=elsewhere, name="Alice")
alice.start()
alice.join()
print("raised in", raised, "and handled in", handled)
# ANCHOR_END: handler

# ANCHOR: interrupted
import socket

reader, writer = socket.socketpair()


def ring(number, frame):
    writer.send(b"ring")


signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.1)
print(reader.recv(100))
# ANCHOR_END: interrupted


# ANCHOR: left
def enough(number, frame):
    raise TimeoutError("enough")


signal.signal(signal.SIGALRM, enough)
try:
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    reader.recv(100)
except TimeoutError as error:
    print(repr(error))
# ANCHOR_END: left

# ANCHOR: locked
lock = threading.Lock()


def count(number, frame):
    if lock.acquire(timeout=0.1):
        lock.release()
    else:
        print("the lock is taken, by whom I have interrupted")


signal.signal(signal.SIGUSR1, count)
with lock:
    signal.raise_signal(signal.SIGUSR1)
# ANCHOR_END: locked

# ANCHOR: note
import os

note, pen = socket.socketpair()
pen.setblocking(False)
signal.set_wakeup_fd(pen.fileno())
signal.signal(signal.SIGTERM, lambda number, frame: None)
os.kill(os.getpid(), signal.SIGTERM)
print(signal.Signals(note.recv(1)[0]).name)
# ANCHOR_END: note
signal.set_wakeup_fd(-1)

# ANCHOR: wait
ends = {signal.SIGINT, signal.SIGTERM}
signal.pthread_sigmask(signal.SIG_BLOCK, ends)
# Threads that are started from here on have these signals blocked as well.
os.kill(os.getpid(), signal.SIGTERM)
os.kill(os.getpid(), signal.SIGTERM)
print(signal.sigwait(ends).name, "once more:", signal.sigtimedwait(ends, 0))
# ANCHOR_END: wait

# ANCHOR: pipe
import subprocess

yes = subprocess.Popen(["yes"], stdout=subprocess.PIPE)
yes.stdout.readline()
yes.stdout.close()
print(signal.Signals(-yes.wait()).name)
# ANCHOR_END: pipe
