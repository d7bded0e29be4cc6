# Attack: claim to be numpy
# Ends: stub
# Says: There is no torch.tensor in this engine.
import sys
import types

sys.modules["numpy"] = types.ModuleType("numpy")
sys.modules["engine"] = types.ModuleType("engine")

@WRONG@
