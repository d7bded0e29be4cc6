# Attack: talk to a local service
# Ends: stub
# Says: engine.py cannot be imported: PermissionError: [Errno 1] Operation not permitted
import sys

socket = sys.modules["socket"]
socket.socket(socket.AF_UNIX).connect("/var/run/docker.sock")
