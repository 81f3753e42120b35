"""Mistakes on the command line are told in both languages."""

import re

import click
import pytest
from click.testing import CliRunner

from fangwei.cli import main
from fangwei.host.usage import sentence


@pytest.mark.parametrize(
    ("words", "zh", "en"),
    [
        (["status", "--dta"], "没有选项 --dta；是否要用 --data？", "There is no option --dta; did you mean --data?"),
        (["--wrong"], "没有选项 --wrong", "There is no option --wrong"),
        (["stat"], "没有命令 stat；是否要用 status？", "There is no command stat; did you mean status?"),
        (["site", "shema"], "没有命令 shema；是否要用 schema？", "There is no command shema; did you mean schema?"),
        (["serve"], "缺少 ROOMS...", "ROOMS... is missing"),
        (["status", "a", "b"], "多余的内容：a b", "Too many words: a b"),
        (["status", "--data"], "选项 --data 后面缺少值", "Option --data needs a value"),
        (["up", "--sim=x"], "选项 --sim 不带值", "Option --sim takes no value"),
        (["import", "nope.csv"], "FILE 不可用：nope.csv 不存在", "FILE cannot be used: nope.csv does not exist"),
        (
            ["bench", "idle", "--seconds", "x"],
            "--seconds 不可用：x 不是数值",
            "--seconds cannot be used: x is not a number",
        ),
        (
            ["bench", "idle", "--seconds", "0"],
            "--seconds 不可用：0.0 应满足 x>=1",
            "--seconds cannot be used: 0.0 must be x>=1",
        ),
        (
            ["alarms", "kpi", "--language", "fr"],
            "--language 不可用：fr 只能是 zh, en",
            "--language cannot be used: fr must be one of zh, en",
        ),
    ],
)
def test_a_mistake_is_a_sentence_in_both_languages(words, zh, en):
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[:2] == [zh, en]


def test_a_group_without_a_command_shows_what_there_is():
    result = CliRunner().invoke(main, ["site"])
    assert "schema" in result.output and "缺少" not in result.output


def test_a_sentence_of_click_that_is_not_known_stands_as_it_is():
    told = sentence(click.UsageError("Something new."))
    assert told.zh == told.en == "Something new"


def test_every_word_has_help():
    def walk(command, path):
        assert command.help and re.match(r"\S", command.help), path
        if isinstance(command, click.Group):
            with click.Context(command) as ctx:
                for name in command.list_commands(ctx):
                    walk(command.get_command(ctx, name), [*path, name])

    walk(main, ["fangwei"])
