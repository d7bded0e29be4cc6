# Attack: read address 1
# Ends: stub
# Says: The code ended with signal SIGSEGV: it touched memory that is not its own, or recursed too deeply
import sys
sys.modules["ctypes"].string_at(1)
