"""From what is there to a plan worth signing: load and write plan files, discover, translate, put together.

What belongs here reads the outside through ports and gives back values of `model.migration`; it changes nothing but the
plan file itself. How a plan is shown to people is `report`'s business.
"""
