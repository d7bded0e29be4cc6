# Attack: read address 1
# Outcome: import=died:signal
import sys
sys.modules["ctypes"].string_at(1)
