# Attack: run a shell
# Outcome: import=raised:PermissionError replay=missing
import os

os.execv("/bin/sh", ["sh", "-c", "cat @CANARY@"])
