"""People at work: they walk from zone to adjoining zone, and leave one that turns dangerous."""

import random

WALKS_PER_MINUTE = 0.4
"""How often one person changes zone in a quiet shift."""

FLIGHT_SECONDS = 20.0
"""Mean time after which a person has left a zone in trouble."""


def walk(
    people: list[int], adjoining: list[list[int]], danger: list[bool], dt: float, chance: random.Random
) -> list[tuple[int, int]]:
    """Move people for `dt` seconds in place; returns the moves (from, to). Nobody appears or is lost.

    Nobody enters a zone in danger; who is in one leaves to a safe neighbour where there is one.
    """
    moves: list[tuple[int, int]] = []
    for zone, count in enumerate(people):
        ways = [j for j in adjoining[zone] if not danger[j]] or (adjoining[zone] if danger[zone] else [])
        if not ways:
            continue
        rate = dt / FLIGHT_SECONDS if danger[zone] else dt * WALKS_PER_MINUTE / 60.0
        leaving = sum(chance.random() < rate for _ in range(count))
        moves += [(zone, chance.choice(ways)) for _ in range(leaving)]
    for origin, target in moves:
        people[origin] -= 1
        people[target] += 1
    return moves
