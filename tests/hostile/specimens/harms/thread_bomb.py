# Attack: start threads without end
# Ends: stub
# Says: engine.py cannot be imported: RuntimeError: can't start new thread
import threading

while True:
    threading.Thread(target=print).start()
