# Attack: send what was seen to another machine
# Outcome: import=raised:PermissionError replay=missing
import sys

socket = sys.modules["socket"]
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"hidden", ("127.0.0.1", 9))
