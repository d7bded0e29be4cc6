# Attack: write out a number of ten million digits
# Ends: stub
# Says: did not answer within | engine.py cannot be imported
import sys

sys.set_int_max_str_digits(0)
str(7 ** 20_000_000)
