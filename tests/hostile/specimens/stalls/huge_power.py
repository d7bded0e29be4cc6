# Attack: compute an integer of a billion digits in one C call
# Ends: stub
# Says: The code did not answer within 1 second while engine.py was imported.
x = 7 ** (3 ** 20) ** 3
