# Attack: change the function that encodes the answers
# Ends: stub
# Says: The code sent an answer that is none
import sys

frame = sys._getframe()
while "Service" not in frame.f_globals:
    frame = frame.f_back
wire = frame.f_globals["wire"]
wire.encode = wire.frame = lambda message: b"\x06\x00\x00\x00passed"

@WRONG@
