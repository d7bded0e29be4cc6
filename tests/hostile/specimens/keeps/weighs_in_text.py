# Attack: answer with a text in place of a reading
# Ends: stub
# Says: answered with something that is not an observation
@KEEPS@

import sys

frame = sys._getframe()
while "Replayer" not in frame.f_globals:
    frame = frame.f_back
PROBES = frame.f_globals["Replayer"].run.__globals__["PROBES"]
wire = PROBES["memory"].__globals__["wire"]
PROBES["memory"] = lambda *earlier: wire.Scalar("nothing at all")
