"""Identifiers shaped like the ones that AWS gives out, drawn from the world's own chance."""

import random

_LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def hexadecimal(chance: random.Random, digits: int = 17) -> str:
    """Lower-case hexadecimal digits: 17 for EC2 resources, 16 for load balancers and target groups."""
    return f"{chance.getrandbits(4 * digits):0{digits}x}"


def capitals(chance: random.Random, length: int, first: str = "") -> str:
    """Capital letters and digits, as Route 53 names hosted zones ("Z...") and changes ("C...")."""
    return first + "".join(chance.choices(_LETTERS_AND_DIGITS, k=length - len(first)))


def uuid(chance: random.Random) -> str:
    """A version 4 UUID."""
    digits = hexadecimal(chance, 32)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{'89ab'[chance.randrange(4)]}{digits[17:20]}-{digits[20:]}"
