# Attack: kill the own process
# Ends: stub
# Says: The code was killed (SIGKILL), as happens when memory runs out
import os
os.kill(os.getpid(), 9)
