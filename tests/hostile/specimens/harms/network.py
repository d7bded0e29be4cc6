# Attack: send what was seen to another machine
# Ends: stub
# Says: engine.py cannot be imported: PermissionError: [Errno 1] Operation not permitted
import sys

socket = sys.modules["socket"]
socket.socket(socket.AF_INET, socket.SOCK_STREAM).connect(("127.0.0.1", @PORT@))
