# Attack: write a results file
# Outcome: import=raised:PermissionError replay=missing
import json
import os

for path in ["@CANARY@", "results.json", "/autograder/results/results.json"]:
    json.dump({"score": 100}, open(path, "w"))
