"""Sets of addresses: what two rules share, and what one admits that another does not."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.planning.exposure_sources import Sources, everyone, shared, sources, united, within, without

BITS = st.sampled_from([0, 6, 7, 8, 9])
RANGE = st.builds(lambda first, bits: str(ip_network((first << 24, bits), strict=False)), st.integers(0, 3), BITS)
RANGES = st.sets(RANGE, max_size=4)
PROBES = [str(ip_address((first << 24) + (half << 23))) for first in range(5) for half in (0, 1)]


def holds(who: Sources, address: str) -> bool:
    return any(ip_address(address) in ip_network(each) for each in who.ranges)


@given(RANGES, RANGES)
def test_sets_agree_with_their_members(one: set[str], other: set[str]) -> None:
    """Judged address by address: whoever is in a result is in the sets as its name says."""
    left, right = sources(one), sources(other)

    for each in PROBES:
        mine, theirs = holds(left, each), holds(right, each)
        assert holds(united((left, right)), each) == (mine or theirs)
        assert holds(shared(left, right), each) == (mine and theirs)
        assert holds(without(left, right), each) == (mine and not theirs)


@given(RANGES, RANGES)
def test_equal_sets_are_equal_values(one: set[str], other: set[str]) -> None:
    """Comparing two exposures is comparing two values."""
    left, right = sources(one), sources(other)

    assert (left == right) == (not without(left, right) and not without(right, left))


def test_ids_go_where_everybody_is_let_in() -> None:
    listed = sources(["10.0.0.0/8", "pl-1", "sg-1"])

    assert without(listed, sources(["0.0.0.0/0"])) == Sources()
    assert without(listed, sources(["pl-1"])) == Sources(("10.0.0.0/8",), ("sg-1",))
    assert shared(listed, sources(["0.0.0.0/0"])) == listed
    assert shared(listed, sources(["sg-1", "10.1.0.0/16"])) == Sources(("10.1.0.0/16",), ("sg-1",))
    assert within(sources(["0.0.0.0/0", "sg-1"]), "ipv4") == everyone("ipv4")
    assert listed.lists() == ("pl-1",)


def test_families_are_apart() -> None:
    both = sources(["0.0.0.0/0", "2001:db8::/32"])

    assert within(both, "ipv4").ranges == ("0.0.0.0/0",)
    assert within(both, "dualstack") == both
    assert without(sources(["2001:db8::/32"]), sources(["0.0.0.0/0"])).ranges == ("2001:db8::/32",)
    assert everyone("dualstack").ranges == ("0.0.0.0/0", "::/0")


def test_neighbours_are_one_range() -> None:
    assert sources(["10.0.0.0/25", "10.0.0.128/25", "10.0.0.7/32"]).ranges == ("10.0.0.0/24",)


def test_a_set_reads_well() -> None:
    many = sources(f"10.{number}.0.0/24" for number in range(8))

    assert str(Sources()) == "nobody"
    assert str(sources(["10.0.0.0/8", "sg-1"])) == "10.0.0.0/8, sg-1"
    assert str(many).endswith("10.5.0.0/24 and 2 more")


def test_what_is_no_range_is_an_error() -> None:
    with pytest.raises(ValueError, match="example"):
        sources(["example"])
