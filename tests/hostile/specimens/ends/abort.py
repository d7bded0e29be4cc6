# Attack: abort
# Ends: stub
# Says: The code ended with signal SIGABRT: it aborted
import os
os.abort()
