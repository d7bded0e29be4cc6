# Attack: change the grader
# Outcome: import=raised:ModuleNotFoundError replay=missing
import gradlab.model

gradlab.model.CheckResult = None
