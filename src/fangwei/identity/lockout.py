"""How long one waits after wrong passwords. Pure: counts and times come in.

The wait grows with each wrong password, per account and per address, and the same for accounts that do not exist, so
that it tells nobody which do. It never becomes endless: whoever wants to lock a supervisor out must not succeed.
"""

from fangwei.core.clock import DAY, MINUTE, SECOND

FREE_FOR_ACCOUNT = 5
"""Wrong passwords without a wait: a tired person with the caps lock on."""
FREE_FOR_ADDRESS = 20
"""Several people may sit behind one address."""
FIRST_WAIT = 30 * SECOND
LONGEST_WAIT = 15 * MINUTE
FORGOTTEN_AFTER = DAY


def wait_after(wrong: int, free: int) -> int:
    """Nanoseconds to wait after the `wrong`-th wrong password of which `free` are free.

    >>> [wait_after(n, 5) // SECOND for n in (4, 5, 6, 7, 30)]
    [0, 30, 60, 120, 900]
    """
    if wrong < free:
        return 0
    return min(LONGEST_WAIT, FIRST_WAIT << min(wrong - free, 10))


def left(wrong: int, last: int, free: int, now: int) -> int:
    """Nanoseconds still to wait at `now` when the last wrong password came at `last`; 0: come in."""
    if now - last > FORGOTTEN_AFTER:
        return 0
    return max(0, last + wait_after(wrong, free) - now)
