# Attack: run a shell
# Ends: stub
# Says: engine.py cannot be imported: PermissionError: [Errno 1] Operation not permitted
import os

os.execv("/bin/sh", ["sh", "-c", "cat @CANARY@"])
