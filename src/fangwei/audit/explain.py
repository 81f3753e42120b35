"""What was done at the place where a chain broke: an entry changed, swapped, put in or taken out. Pure over a source.

A hash does not say what happened, but each of these leaves entries that still fit where they once stood.
"""

from fangwei.audit.check import Link
from fangwei.audit.entry import link
from fangwei.audit.faults import Fault, Kind
from fangwei.audit.source import Source

REACH = 1000
"""So many entries put in or taken out at one place are recognised as that; more are called changed."""


def explain(source: Source, fault: Fault, before: bytes) -> Fault:
    """A clearer fault for a change at `fault.first`, where the hash before it is `before`."""
    if fault.kind is not Kind.CHANGED:
        return fault
    place = fault.first
    around = _around(source, place)
    this = around.get(place)
    if this is None or this.hash is None:
        return fault
    return (
        _swapped(source, place, this, before, around)
        or _inserted(place, this, before, around)
        or _removed(place, this, around)
        or fault
    )


def _around(source: Source, place: int) -> dict[int, Link]:
    found = {}
    for one in source.links(max(source.start[0], place - REACH - 2)):
        if one.sequence > place + REACH:
            break
        found[one.sequence] = one
    return found


def _swapped(source: Source, place: int, this: Link, before: bytes, around: dict[int, Link]) -> Fault | None:
    previous = this
    for other in source.links(place):
        hash_before = previous.hash or b""
        previous = other
        if other.hash is None:
            continue
        if link(before, place, other.digest) == this.hash:
            return Fault(Kind.SWAPPED, place, other.sequence)
        if link(before, place, other.digest) == other.hash:
            # It fits here; a swap only if what stands here fits there, otherwise entries were put in before it.
            once_before = other.hash if other.sequence == place + 1 else hash_before
            if link(once_before, other.sequence, this.digest) == this.hash:
                return Fault(Kind.SWAPPED, place, other.sequence)
            return Fault(Kind.INSERTED, place, other.sequence - 1)
    return None


def _inserted(place: int, this: Link, before: bytes, around: dict[int, Link]) -> Fault | None:
    # Put in with a fresh hash: the entry behind it is the first that does not fit, and fits where it stood before.
    for count in range(1, REACH):
        earlier = around.get(place - count - 1)
        hash_then = earlier.hash if earlier else (bytes(32) if place - count == 1 else None)
        if hash_then is None:
            return None
        if link(hash_then, place - count, this.digest) == this.hash:
            return Fault(Kind.INSERTED, place - count, place - 1)
    return None


def _removed(place: int, this: Link, around: dict[int, Link]) -> Fault | None:
    following = around.get(place + 1)
    if following is None or this.hash is None:
        return None
    for count in range(1, REACH):
        if link(this.hash, place + 1 + count, following.digest) == following.hash:
            return Fault(Kind.REMOVED, place, place)
    return None
