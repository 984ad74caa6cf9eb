"""What we need from outside, as small protocols in our own nouns.

A look asks one question and gives a plain answer; absence that is a legitimate answer is a value (None or an empty
tuple), everything else is an `OutsideError`. Nothing in here knows an SDK. Adapters and the simulation implement them
and pass the same contract suites.
"""
