"""Which processes a machine runs, and which rooms live in each.

Rooms share a process where they wait for the same thing; they are apart where one could delay the other: a slow
query must never hold up an alarm.
"""

from typing import Final

PROCESSES: Final[dict[str, tuple[str, ...]]] = {
    "alarms": ("alarms",),
    "incidents": ("duty", "incidents", "work"),
    "flows": ("flows", "reactions"),
    "historian": ("historian",),
    "connect": ("connect",),
    "app": ("api", "audit"),
}
"""In the order of starting: listeners before speakers, so that the first reading finds its listeners."""

CHILD_ENVIRONMENT: Final[dict[str, str]] = {
    # One thread per library: parallelism comes from processes, and idle pools cost memory and switches.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    # glibc opens an arena per thread and never gives it back; two are enough here and save tens of megabytes.
    "MALLOC_ARENA_MAX": "2",
    "PYTHONUNBUFFERED": "1",
}

NICENESS: Final[dict[str, int]] = {"historian": 10, "app": 5, "sim": 10}
"""Where cores are short, history and pages wait before alarms do: an insert of half a million rows takes every core
it can get for a quarter of a second, and a siren must not stand behind it."""
