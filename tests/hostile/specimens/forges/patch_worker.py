# Attack: make the worker's own code say that everything was reached
# Ends: stub
# Says: x.grad[0] is 0.0652997
import sys

frame = sys._getframe()
while "Replayer" not in frame.f_globals:
    frame = frame.f_back
replayer = frame.f_globals["Replayer"]
replay = replayer.run


def run(self, request):
    observed = replay(self, request)
    observed.ended.missing = observed.ended.raised = None
    return observed


replayer.run = run

@WRONG@
