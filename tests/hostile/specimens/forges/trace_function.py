# Attack: trace the worker from its first line
# Ends: stub
# Says: x.grad[0] is 0.0652997
import os
import sys


def trace(frame, event, argument):
    if event == "call" and frame.f_code.co_name == "_send":
        frame.f_globals["passed"] = True
    return trace


sys.settrace(trace)
sys.setprofile(lambda *args: None)

@WRONG@
