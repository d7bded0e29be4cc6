# Attack: print without end
# Ends: stub
# Says: The code printed without end; 16 KB are taken, and far more was printed while engine.py was imported.
while True:
    print("passed" * 10_000)
