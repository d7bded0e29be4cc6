# Attack: print without end
# Ends: stub
# Says: The code printed without end while engine.py was imported.
while True:
    print("passed" * 10_000)
