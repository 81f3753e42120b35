"""What can be wrong with an expression."""

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text


class FeelBroken(FangweiError):
    """Not FEEL, or FEEL that is always null."""

    code = "feel.broken"
    text = Text(
        "条件写得不对：{why}（第 {at} 个字符）：{expression}",
        "The condition cannot be read: {why} (at character {at}): {expression}",
    )
    http_status = 422


class FeelTooLarge(FangweiError):
    """Longer, or deeper in brackets, than any person writes."""

    code = "feel.too_large"
    text = Text(
        "条件太长或括号套得太深：最多 {length} 个字符、{depth} 层括号",
        "The condition is too long or too deep: {length} characters and {depth} brackets inside each other at most",
    )
    http_status = 422


class FeelTooLong(FangweiError):
    """Did not end; it was stopped."""

    code = "feel.too_long"
    text = Text(
        "条件算不完，已在 {seconds} 秒后停止：{expression}",
        "The condition does not come to an end; it was stopped after {seconds} s: {expression}",
    )
    http_status = 422


class FeelTooMuch(FangweiError):
    """Wanted more memory than it may have; it was stopped."""

    code = "feel.too_much"
    text = Text(
        "条件占用内存过多，已停止：{expression}",
        "The condition wants too much memory and was stopped: {expression}",
    )
    http_status = 422


class FeelMissing(FangweiError):
    """The interpreter has not been built."""

    code = "feel.missing"
    text = Text(
        "缺少 FEEL 解释器 {path}：请运行 python web/build.py feel",
        "The FEEL interpreter {path} is missing: run python web/build.py feel",
    )
    http_status = 500
