# Attack: hang when the process ends
# Ends: right
# Says: in_secret. (hidden) 2 / 2
import sys

@RIGHT@


class Hang:
    def __del__(self):
        while True:
            pass


sys.modules["atexit"].register(Hang().__del__) if "atexit" in sys.modules else None
hang = Hang()
hang.itself = hang
