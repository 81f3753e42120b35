"""docs/roles.md: who may do what, made from roles.py. `python -m fangwei.identity.matrix` writes it."""

from pathlib import Path

from fangwei.identity.roles import BY_ZONE, ROLES, VERBS, ZONED

FILE = "docs/roles.md"

HEAD = """\
# 谁可以做什么 | Who may do what

Made from `src/fangwei/identity/roles.py` by `python -m fangwei.identity.matrix` (or `fangwei docs roles`); a test walks
every route of the API with every role. `●`: may; `zone`: may in the zones that the account answers for (those of the
person's shifts, unless an administrator sets others; an account without zones answers for the whole site).

● 表示可以；“zone” 表示仅限本人负责的区域（默认取自班次，可由管理员更改；未限定区域的账号负责全厂）。
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
