# Attack: sleep for an hour
# Outcome: import=died:timeout
import time
time.sleep(3600)
