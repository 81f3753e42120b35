"""Mistakes on the command line, in both languages. click's own sentences are English."""

import re
from collections.abc import Sequence

import click

from fangwei.core.texts import Text

TRY = "用法 help: {command} --help"
MEANT = Text("；是否要用 {names}？", "; did you mean {names}?")
OPTION_UNKNOWN = Text("没有选项 {name}", "There is no option {name}")
COMMAND_UNKNOWN = Text("没有命令 {name}", "There is no command {name}")
MISSING = Text("缺少 {name}", "{name} is missing")
INVALID = Text("{name} 不可用：{why}", "{name} cannot be used: {why}")

FAULTS: list[tuple[str, Text]] = [
    (r"(?P<value>.+) is not a valid integer(?: range)?", Text("{value} 不是整数", "{value} is not a whole number")),
    (r"(?P<value>.+) is not a valid float(?: range)?", Text("{value} 不是数值", "{value} is not a number")),
    (r"(?P<value>.+) is not in the range (?P<range>.+)", Text("{value} 应满足 {range}", "{value} must be {range}")),
    (r"(?P<value>.+) is not one of (?P<known>.+)", Text("{value} 只能是 {known}", "{value} must be one of {known}")),
    (r"\w+ (?P<path>.+) does not exist", Text("{path} 不存在", "{path} does not exist")),
    (r"\w+ (?P<path>.+) is a directory", Text("{path} 是目录", "{path} is a folder")),
    (r"\w+ (?P<path>.+) is a file", Text("{path} 是文件", "{path} is a file")),
    (r"\w+ (?P<path>.+) is not readable", Text("{path} 无法读取", "{path} cannot be read")),
    (r"Option (?P<name>.+) requires an argument", Text("选项 {name} 后面缺少值", "Option {name} needs a value")),
    (r"Option (?P<name>.+) does not take a value", Text("选项 {name} 不带值", "Option {name} takes no value")),
    (r"Got unexpected extra arguments? \((?P<words>.+)\)", Text("多余的内容：{words}", "Too many words: {words}")),
]
"""By click's English sentence."""


def sentence(error: click.UsageError) -> Text:
    """What is wrong, in both languages; an English sentence that is not known here stands in both.

    >>> sentence(click.NoSuchOption("--dat", possibilities=["--data"])).zh
    '没有选项 --dat；是否要用 --data？'
    """
    match error:
        case click.NoSuchOption():
            return _meant(OPTION_UNKNOWN.format(name=error.option_name), error.possibilities)
        case click.exceptions.NoSuchCommand():
            return _meant(COMMAND_UNKNOWN.format(name=error.command_name), error.possibilities)
        case click.MissingParameter():
            return MISSING.format(name=_name(error) or "-")
        case click.BadParameter():
            return INVALID.format(name=_name(error) or "-", why=_fault(error.message))
    return _fault(error.message)


def show(error: click.UsageError) -> str:
    """The usage line, the mistake in both languages, and where help is."""
    told = sentence(error)
    if error.ctx is None:
        return f"{told.zh}\n{told.en}"
    return f"{told.zh}\n{told.en}\n{error.ctx.get_usage()}\n{TRY.format(command=error.ctx.command_path)}"


def _name(error: click.BadParameter) -> str:
    hint = error.param_hint or (error.param.get_error_hint(error.ctx) if error.param and error.ctx else "")
    return (hint if isinstance(hint, str) else " / ".join(hint)).replace("'", "")


def _meant(told: Text, possibilities: Sequence[str] | None) -> Text:
    if not possibilities:
        return told
    more = MEANT.format(names=", ".join(sorted(possibilities)))
    return Text(told.zh + more.zh, told.en + more.en)


def _fault(message: str) -> Text:
    plain = message.strip().rstrip(".")
    for pattern, text in FAULTS:
        found = re.fullmatch(pattern, plain, re.DOTALL)
        if found:
            return text.format(**{k: v.replace("'", "") for k, v in found.groupdict().items()})
    return Text(plain, plain)
