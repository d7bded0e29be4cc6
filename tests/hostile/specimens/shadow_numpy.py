# Attack: claim to be numpy
# Outcome: import=ok replay=missing
import sys
import types

sys.modules["numpy"] = types.ModuleType("numpy")
sys.modules["engine"] = types.ModuleType("engine")
