"""A small model of how two operators share one record set, explored in every order that there is.

protocol   the model: lock, journal and compare-and-set, as `machine/calls.py` and `steps/admit.py` have them
explorer   every state that can be reached, what must be true in each, and whether every one can come to an end
"""
