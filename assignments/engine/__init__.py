"""The course's engine, solved: one chapter a file, in the order that `chapters` in course.toml gives.

The chapters import each other for readers and type checkers only. They use each other's names in a circle, so what
runs is always the one file that they are joined to, with the tasks of an assignment solved or blanked.
"""
