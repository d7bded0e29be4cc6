# Attack: start threads without end
# Outcome: import=raised:RuntimeError replay=missing
import threading

while True:
    threading.Thread(target=print).start()
