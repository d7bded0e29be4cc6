# Attack: write observations before anybody asked
# Ends: stub
# Says: The code answered in the grader's place while engine.py was imported.
import os
import struct
import sys


def request():
    frame = sys._getframe()
    while frame:
        found = frame.f_locals.get("request")
        if hasattr(found, "nonce"):
            return found
        frame = frame.f_back


def send(body):
    os.write(4, struct.pack("<I", len(body)) + body)


send(b"\x95\xa8observed\x01\x90\x90\x92\xc0\xc0")
while True:
    pass
