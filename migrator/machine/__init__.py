"""One tick of a journey, forward and on the way back.

The machine looks, lets a step decide, writes, and makes at most one call a tick. It knows no step by name: the journey
hands it the order, the guards and the name of the step past which nothing leads back.
"""
