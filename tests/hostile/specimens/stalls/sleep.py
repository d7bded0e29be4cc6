# Attack: sleep for an hour
# Ends: stub
# Says: The code did not answer within 1 second while engine.py was imported.
import time
time.sleep(3600)
