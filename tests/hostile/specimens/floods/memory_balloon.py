# Attack: take all memory
# Ends: stub
# Says: engine.py cannot be imported: MemoryError:
kept = []
while True:
    kept.append(bytearray(1 << 24))
