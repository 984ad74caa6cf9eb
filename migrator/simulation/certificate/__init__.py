"""`migrate simulate`: a plan on a replica of its world, through every crash point and many mixes of trouble."""
