"""Texts of the rule packs that people read."""

from collections.abc import Sequence

from fangwei.core.texts import Text

UNKNOWN = Text("缺少{what}，无法判断“{asks}”，不予放行", "{what} not known, so “{asks}” cannot be judged: refused")
UNIT_REFUSED = Text("{why}；无法判断“{asks}”，不予放行", "{why}; “{asks}” cannot be judged: refused")
LEVEL_UNKNOWN = Text("缺少{what}，作业级别定不下来，不予放行", "{what} not known, so the level cannot be told: refused")
LEVEL_TOO_LOW = Text("票上级别为{has}，按现场情况应为{needs}", "The ticket says {has}; what is there makes it {needs}")
NONE_GIVEN = Text("未填", "none")
NO_ROW = Text("适用的分级条件", "A row that grades it")
MEASURE_OPEN = Text("安全措施未确认：{measure}", "Measure not confirmed: {measure}")


def listed(paths: Sequence[str]) -> Text:
    """Facts by the names people know, joined."""
    return Text("、".join(fact_name(path).zh for path in paths), ", ".join(fact_name(path).en for path in paths))


def fact_name(path: str) -> Text:
    """The name of a fact; of an item of a list with its number."""
    return Text(path, path)
