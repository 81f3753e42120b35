"""What is known against a reading. Zero is good; every set bit is a named doubt.

The bits travel with the reading from the door to the archive, so that what a later room decides can always be
traced to what was known about the value. An int16 on the wire (Delta Lake has no unsigned integers).
"""

from enum import IntFlag


class Quality(IntFlag):
    """Doubts about one reading; combine with `|`."""

    GOOD = 0
    BAD = 1 << 0
    """The source itself says the value is bad (OPC UA Bad, IEC 104 invalid, Sparkplug quality 0)."""
    UNCERTAIN = 1 << 1
    """The source itself says the value is uncertain, substituted or blocked."""
    NOT_A_NUMBER = 1 << 2
    """NaN or infinite; kept as a gap with its time, never as a value."""
    OUT_OF_RANGE = 1 << 3
    """Outside what the instrument can physically show."""
    IMPOSSIBLE_RATE = 1 << 4
    """Moved faster than the physics allows."""
    FROZEN = 1 << 5
    """Has not moved for longer than a living sensor would hold still."""
    STALE = 1 << 6
    """No reading arrived for longer than the point promises; set on the latest value, never on history."""
    CALIBRATION_OVERDUE = 1 << 7
    LATE = 1 << 8
    """Arrived long after its source time (buffered at the edge): history, not news."""
    FUTURE = 1 << 9
    """Source time ahead of ours beyond the tolerance."""
    OUT_OF_ORDER = 1 << 10
    """An older source time than one already seen for this point."""
    CLOCK_UNTRUSTED = 1 << 11
    """The source's clock is missing, jumps, or its offset is not known."""
    SUBSTITUTED = 1 << 12
    """Stamped or filled in by us: the source gave no time of its own."""


UNTRUSTED_VALUE = (
    Quality.BAD | Quality.NOT_A_NUMBER | Quality.OUT_OF_RANGE | Quality.IMPOSSIBLE_RATE | Quality.FROZEN | Quality.STALE
)
"""A value with one of these never proves that all is well."""

NOT_FRESH = Quality.LATE | Quality.FUTURE | Quality.OUT_OF_ORDER
"""A reading with one of these is kept, and never raises or clears an alarm."""
