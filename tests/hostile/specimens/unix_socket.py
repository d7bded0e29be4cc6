# Attack: talk to a local service
# Outcome: import=raised:PermissionError replay=missing
import sys

socket = sys.modules["socket"]
socket.socket(socket.AF_UNIX).connect("/var/run/docker.sock")
