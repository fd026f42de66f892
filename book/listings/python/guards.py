"""When does a `with` end, and when does an object go? Each says so itself."""

# ANCHOR: guards
class Turn:
    def __init__(self, name):
        self.name = name

    def __enter__(self):
        print(self.name, "enters")
        return self

    def __exit__(self, kind, error, traceback):
        print(self.name, "exits")

    def __del__(self):
        print(self.name, "goes")


def visit():
    turn = Turn("first")
    with turn:
        raise LookupError
# ANCHOR_END: guards


# ANCHOR: visits
try:
    visit()
except LookupError as error:
    print("caught", type(error).__name__)
print("the error is gone")

kept = again = Turn("second")
del kept
print("one name is deleted")
del again
print("the other is deleted")
# ANCHOR_END: visits
