# Attack: read the grader's next question before it is asked
# Ends: stub
# Says: did not answer within
import os

os.read(3, 1 << 16)
