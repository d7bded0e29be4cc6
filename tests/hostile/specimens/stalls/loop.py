# Attack: never end
# Ends: stub
# Says: The code did not answer within 1 second while engine.py was imported.
while True:
    pass
