"""Rows as zen expressions: compiled once, asked at each event. Pure.

The text of an expression is shown beside the rule; people write rows, never expressions.
"""

import json
import os
from collections.abc import Mapping
from decimal import Decimal

# zen captures a stack trace for each failed expression (hundreds of us) when this is set in the environment.
os.environ.setdefault("RUST_LIB_BACKTRACE", "0")

import zen

from fangwei.reactions.rule import AlarmRow, EventRow, IncidentRow, Row, RuleBody, ValueRow

SIDES = {"above": ">", "below": "<", "equals": "=="}


def condition(row: Row) -> str:
    """The zen expression of a row over the facts of one event.

    >>> condition(ValueRow("EF-GAS-01", "above", 25.0))
    'value > 25.0'
    >>> condition(AlarmRow(kinds=("smoke",), priority=2))
    'kind in ["smoke"] and priority <= 2'
    """
    parts: list[str] = []
    match row:
        case ValueRow():
            parts.append(f"value {SIDES[row.side]} {_number(row.at)}")
        case EventRow():
            if row.at is not None:
                parts.append(f"value >= {_number(row.at)}")
        case AlarmRow() | IncidentRow():
            if isinstance(row, AlarmRow):
                parts += _among("kind", row.kinds) + _among("point", row.points)
            parts += _among("hazard", [str(h) for h in row.hazards])
            if row.priority < 4:
                parts.append(f"priority <= {row.priority}")
    return " and ".join(parts) or "true"


def joined(body: RuleBody) -> str:
    """The zen expression of the whole rule over its rows.

    >>> joined(RuleBody(name=None, when=(EventRow("a"), EventRow("b")), join="all", then=()))
    'r1 and r2'
    """
    word = " and " if body.join == "all" else " or "
    return word.join(f"r{n + 1}" for n in range(len(body.when)))


class Compiled:
    """One expression. True or False; None where it cannot be judged (a missing input), which is never "no"."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._always = text == "true"
        self._expression = None if self._always else zen.compile_expression(text)

    def judge(self, facts: Mapping[str, object]) -> bool | None:
        """The verdict over the facts."""
        if self._expression is None:
            return True
        try:
            answer = self._expression.evaluate(dict(facts))
        except Exception:  # zen raises its own kinds, a missing value among them
            return None
        return answer if isinstance(answer, bool) else None


def _number(value: float) -> str:
    # zen's numbers have no exponent
    return format(Decimal(repr(value)), "f")


def _among(name: str, values: "tuple[str, ...] | list[str]") -> list[str]:
    return [f"{name} in {json.dumps(list(values))}"] if values else []
