"""The mark in the cluster: taken once, moved on by one at a time, never somebody else's."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.errors import Conflict, Missing, Unclear
from migrator.model.cluster import Lease
from migrator.model.effects import ReleaseLease, TakeLease
from tests.contract.ports.sides import HOST, JOURNAL, MIGRATION, Side

NAME = "migrate-0000"
TAKE, RELEASE = TakeLease("shop", NAME), ReleaseLease("shop", NAME)


def lease(side: Side) -> Lease:
    """The Lease as it is now."""
    found = side.outside.cluster.lease("shop", NAME)
    assert found is not None
    return found


def over(known: Lease) -> TakeLease:
    """Taking over the Lease as it was looked at."""
    return replace(TAKE, takeover=known.resource_version)


def test_taking_it_marks_the_service_as_ours(side: Side) -> None:
    """Journal, host and migration are read by whoever comes next."""
    assert side.outside.effector.apply(TAKE) == {"epoch": "1"}

    taken = lease(side)
    assert (taken.journal, taken.host, taken.migration) == (JOURNAL, HOST, MIGRATION)
    assert (taken.epoch, taken.sequence, taken.checksum) == (1, 0, "")
    assert abs(taken.renewed - side.world.now) < 1
    assert side.outside.effector.found(TAKE) == {"epoch": "1"}


def test_a_mark_that_is_set_again_counts_on(side: Side) -> None:
    """Whoever held the one before, and was stopped meanwhile, sees that it is another."""
    again = replace(TAKE, epoch=3)

    assert side.outside.effector.apply(again) == {"epoch": "3"}
    assert lease(side).epoch == 3
    assert side.outside.effector.found(again) == {"epoch": "3"}


def test_it_is_taken_only_once(side: Side) -> None:
    """Two machines that start together: one of them wins."""
    side.outside.effector.apply(TAKE)

    with pytest.raises(Conflict):
        side.who("journal-2", "desktop/boot-9").effector.apply(TAKE)

    assert lease(side).journal == JOURNAL
    assert side.who("journal-2", "desktop/boot-9").effector.found(TAKE) is None


def test_moving_it_on_writes_how_far_the_journal_is(side: Side) -> None:
    """An older copy of the journal is recognised by it."""
    side.outside.effector.apply(TAKE)
    taken = lease(side)
    side.stage.run(5)

    moved = side.outside.fence.advance(replace(taken, sequence=7, checksum="sha256:abc", renewed=side.world.now))

    assert moved == lease(side)
    assert (moved.sequence, moved.checksum, moved.epoch) == (7, "sha256:abc", 1)
    assert moved.resource_version != taken.resource_version
    assert moved.renewed - taken.renewed == pytest.approx(5, abs=0.01)


def test_an_older_view_cannot_move_it_on(side: Side) -> None:
    """This is what makes it a fence."""
    side.outside.effector.apply(TAKE)
    older = lease(side)
    side.outside.fence.advance(replace(older, sequence=7))

    with pytest.raises(Conflict):
        side.outside.fence.advance(replace(older, sequence=8))

    assert lease(side).sequence == 7


def test_one_that_is_gone_cannot_be_moved_on(side: Side) -> None:
    """Nobody acts without the mark."""
    side.outside.effector.apply(TAKE)
    known = lease(side)
    side.outside.effector.apply(RELEASE)

    with pytest.raises(Missing):
        side.outside.fence.advance(known)


def test_the_same_journal_elsewhere_takes_it_over_with_the_next_epoch(side: Side) -> None:
    """The old machine's next move then fails."""
    side.outside.effector.apply(TAKE)
    known = lease(side)
    elsewhere = side.who(JOURNAL, "desktop/boot-9")
    assert elsewhere.effector.found(over(known)) is None

    assert elsewhere.effector.apply(over(known)) == {"epoch": "2"}

    taken = lease(side)
    assert (taken.epoch, taken.host, taken.journal, taken.sequence) == (2, "desktop/boot-9", JOURNAL, known.sequence)
    assert elsewhere.effector.found(over(known)) == {"epoch": "2"}
    with pytest.raises(Conflict):
        side.outside.fence.advance(known)


def test_one_that_was_moved_on_since_it_was_looked_at_is_not_taken_over(side: Side) -> None:
    """Its owner is at work after all, and may have a call in flight."""
    side.outside.effector.apply(TAKE)
    known = lease(side)
    side.outside.fence.advance(replace(known, sequence=7))

    with pytest.raises(Conflict):
        side.who(JOURNAL, "desktop/boot-9").effector.apply(over(known))

    assert (lease(side).epoch, lease(side).host) == (1, HOST)


def test_another_journals_mark_is_never_taken_over_nor_removed(side: Side) -> None:
    """That journal may be at work on its machine."""
    side.outside.effector.apply(TAKE)
    other = side.who("journal-2", "desktop/boot-9")
    for effect in (over(lease(side)), RELEASE):
        with pytest.raises(Conflict) as caught:
            other.effector.apply(effect)
        assert caught.value.code == "foreign-lease"

    assert lease(side).journal == JOURNAL


def test_releasing_it_removes_the_mark(side: Side) -> None:
    """Nothing of ours stays in the cluster."""
    side.outside.effector.apply(TAKE)
    known = lease(side)
    assert side.outside.effector.found(RELEASE) is None

    assert side.outside.effector.apply(RELEASE) == {}

    assert side.outside.cluster.lease("shop", NAME) is None
    assert side.outside.effector.found(RELEASE) == {}
    with pytest.raises(Missing):
        side.outside.effector.apply(RELEASE)
    with pytest.raises(Missing):
        side.outside.effector.apply(over(known))


@pytest.mark.parametrize(
    ("effect", "operation", "found"), [(TAKE, "POST leases", {"epoch": "1"}), (RELEASE, "DELETE leases", {})]
)
def test_a_lost_reply_is_found_again(side: Side, effect: TakeLease | ReleaseLease, operation: str, found: dict[str, str]) -> None:
    """The journal then says Applied without a reply."""
    if isinstance(effect, ReleaseLease):
        side.outside.effector.apply(TAKE)
    side.fault("kube", operation, "lose-reply")

    with pytest.raises(Unclear):
        side.outside.effector.apply(effect)

    assert side.outside.effector.found(effect) == found


def test_somebody_elses_lease_of_the_name_is_nobodys_journal(side: Side) -> None:
    """It is shown as foreign, not taken for ours."""
    side.world.kube.create(
        {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": NAME, "namespace": "shop"},
            "spec": {"holderIdentity": "somebody"},
        },
        manager="kubectl",
    )

    found = lease(side)

    assert (found.journal, found.epoch, found.host) == ("", 0, "somebody")
    with pytest.raises(Conflict):
        side.outside.effector.apply(RELEASE)
