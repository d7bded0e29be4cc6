# Attack: stop the own process, so that it neither answers nor ends
# Ends: stub
# Says: The code did not answer within 1 second while engine.py was imported.
import os
os.kill(os.getpid(), 19)
