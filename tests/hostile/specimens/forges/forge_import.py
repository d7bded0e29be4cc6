# Attack: answer in the worker's place, with the right nonce, then wait
# Ends: stub
# Says: The code answered before it was asked while engine.py was imported.
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


answer = b"\x94\xa8imported\xcf" + struct.pack(">Q", request().nonce) + b"\xc0\x90"
body = struct.pack("<I", len(answer)) + answer
os.write(4, body + body)
while True:
    pass
