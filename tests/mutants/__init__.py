"""Bugs that were put into the engine on purpose, to see that the checkers of `migrator/simulation/promises` catch them.

mutant, bugs      what a mutant is, and the table of all of them; `bugs_*` are its parts
reading           what each part replaces by what: taken for what it is not,
calling           called otherwise than decided,
acting            acted where, or when, nobody may,
forgetting        forgotten, or not waited for
hunts             the journeys in which they are hunted, each with every promise checked: something goes wrong,
troubled          with what is called,
strangers         or somebody else acts too, at the worst moment
driver            one mutant through its hunts; all of them, with who caught it
"""
