# Attack: report success when the interpreter ends
# Outcome: import=ok replay=missing
import sys

sys.modules.get("atexit") or __import__("atexit")
import importlib

importlib.import_module("atexit").register(print, "passed")
