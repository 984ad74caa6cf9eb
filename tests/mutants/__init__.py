"""Bugs that were put into the engine on purpose, to see that the checkers of `migrator/simulation/promises` catch them.

bugs      the mutants: what each replaces, and the report that it comes from
hunts     the scenarios in which they are hunted, each a journey with every promise checked
driver    one mutant through its scenarios; all of them, with who caught it
"""
