"""Why a question or command cannot be understood, in words for a person."""

from collections.abc import Mapping, Sequence
from typing import Any

from fangwei.core.texts import Text

FAULTS = {
    "missing": Text("缺少此项", "is missing"),
    "extra_forbidden": Text("不认识此项", "is not known here"),
    "string_too_short": Text("至少 {min_length} 个字", "needs at least {min_length} characters"),
    "string_too_long": Text("最多 {max_length} 个字", "at most {max_length} characters"),
    "string_pattern_mismatch": Text("含有不允许的字符", "holds characters that are not allowed"),
    "string_type": Text("应为文字", "must be text"),
    "int_parsing": Text("应为整数", "must be a whole number"),
    "int_type": Text("应为整数", "must be a whole number"),
    "float_parsing": Text("应为数值", "must be a number"),
    "float_type": Text("应为数值", "must be a number"),
    "finite_number": Text("应为有限数值", "must be a finite number"),
    "greater_than": Text("应大于 {gt}", "must be greater than {gt}"),
    "greater_than_equal": Text("不得小于 {ge}", "must be at least {ge}"),
    "less_than_equal": Text("不得大于 {le}", "must be at most {le}"),
    "too_short": Text("至少 {min_length} 项", "needs at least {min_length} items"),
    "too_long": Text("最多 {max_length} 项", "at most {max_length} items"),
    "enum": Text("只能是 {expected}", "must be {expected}"),
    "list_type": Text("应为列表", "must be a list"),
    "json_invalid": Text("不是有效的 JSON", "is not valid JSON"),
    "model_attributes_type": Text("应为 JSON 对象", "must be a JSON object"),
    "dict_type": Text("应为 JSON 对象", "must be a JSON object"),
}
"""By pydantic's error type; places are filled from its context."""


def fault(kind: str, context: Mapping[str, Any], otherwise: str) -> Text:
    """A sentence for one fault; `otherwise` (English) where the kind has none of its own.

    >>> fault("greater_than", {"gt": 0}, "").en
    'must be greater than 0'
    """
    known = FAULTS.get(kind)
    if known is None:
        return Text(f"无法读取（{otherwise}）", otherwise)
    try:
        return known.format(**context)
    except KeyError:
        return Text(f"无法读取（{otherwise}）", otherwise)


IN = {
    "body": Text("正文", "the body"),
    "query": Text("查询参数", "the query"),
    "path": Text("地址", "the address"),
    "header": Text("请求头", "the header"),
    "cookie": Text("Cookie", "the cookie"),
}
"""The parts of a request."""


def place(loc: Sequence[int | str]) -> Text:
    """Where a fault stands, in words: the part of the request only where nothing inside it is named.

    >>> place(("body", "alarms", 3)).en, place(("body",)).en
    ('alarms, item 4', 'the body')
    """
    inside = loc[1:] if len(loc) > 1 and not isinstance(loc[1], int) else ()
    if not inside:
        return IN.get(str(loc[0]), Text(str(loc[0]), str(loc[0])))
    zh = "".join(f" 第 {part + 1} 项" if isinstance(part, int) else f".{part}" for part in inside)
    en = "".join(f", item {part + 1}" if isinstance(part, int) else f".{part}" for part in inside)
    return Text(zh.removeprefix("."), en.removeprefix("."))
