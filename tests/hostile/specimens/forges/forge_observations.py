# Attack: answer a replay by hand that everything was reached
# Ends: stub
# Says: x was never made.
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



def tensor(data, requires_grad=False):
    found = request()
    send(b"\x95\xa8observed\xcf" + struct.pack(">Q", found.nonce) + b"\x90\x90\x93\xc0\xc0\x00")
    os._exit(0)
