"""docs/roles.md: who may do what, made from roles.py. `python -m fangwei.identity.matrix` writes it."""

from pathlib import Path

from fangwei.identity.roles import BY_ZONE, ROLES, VERBS, ZONED

FILE = "docs/roles.md"

HEAD = """\
# 谁可以做什么 | Who may do what

Made from `src/fangwei/identity/roles.py` by `python -m fangwei.identity.matrix` (or `fangwei docs roles`); a test walks
every route of the API with every role. `●`: may; `zone`: may in the zones that the account answers for (those of the
person's shifts, unless an administrator sets others; somebody without any shift answers for the whole site, but a
contractor for nothing). Contractors see alarms and incidents of the whole site, hazards where they answer and those
they reported or were given. Whoever was given a hazard puts it right wherever it is. An account or a machine's token
that is narrowed to some zones changes rota and escalation chains there only.

● 表示可以；“zone” 表示仅限本人负责的区域（默认取自班次，可由管理员更改；没有班次的人负责全厂，
但承包商不负责任何区域）。承包商可查看全厂的报警与事件；隐患仅限其负责的区域，以及本人上报或指派给本人的。
"""


def page() -> str:
    """The page's text. Pure."""
    lines = [HEAD, "| | |", "|---|---|"]
    lines += [f"| `{id}` | {name.zh} {name.en} |" for id, name in ROLES.items()]
    head = " | ".join(name.zh for name in ROLES.values())
    lines += ["", f"| verb | | {head} |", "|---|---|" + "---|" * len(ROLES)]
    for id, verb in VERBS.items():
        cells = " | ".join(_cell(role, id) if role in verb.roles else "" for role in ROLES)
        lines.append(f"| `{id}` | {verb.text.zh}<br>{verb.text.en} | {cells} |")
    return "\n".join(lines) + "\n"


def _cell(role: str, verb: str) -> str:
    return "zone" if role in ZONED and verb in BY_ZONE else "●"


def main() -> None:
    """Write the page into the repository this is run in."""
    Path(FILE).write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
