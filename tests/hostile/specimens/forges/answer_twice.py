# Attack: send two answers to one question
# Ends: stub
# Says: The code answered before it was asked | x was never made | answered in the grader's place
import os
import sys

frame = sys._getframe()
while "Service" not in frame.f_globals:
    frame = frame.f_back
service = frame.f_globals["Service"]
send = service._send
service._send = lambda self, data: (send(self, data), send(self, data))

@WRONG@
