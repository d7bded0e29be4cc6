# Attack: catch every exception and go on for ever
# Ends: stub
# Says: The code did not answer within 1 second while engine.py was imported.
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
