"""What can be wrong with a site folder, said so that the person who wrote it can put it right."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text
from fangwei.plant import texts


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, what, and what is allowed there instead."""

    file: str
    """Path below the site folder, `/` between folders."""
    line: int
    """1 is the first; 0 where the problem is the file or folder itself."""
    what: Text
    allowed: Text | None = None

    def format(self, language: str) -> str:
        """One line as compilers write it, `file:line: what (allowed: ...)`; `language` is "zh" or "en"."""
        where = f"{self.file}:{self.line}: " if self.line else f"{self.file}: "
        allowed = texts.ALLOWED.format(allowed=self.allowed) if self.allowed else Text("", "")
        if language == "zh":
            return where + self.what.zh + allowed.zh
        return where + self.what.en + allowed.en


class SiteInvalid(FangweiError):
    """A site folder cannot be used; `problems` holds everything found, in the order of files and lines."""

    code = "plant.site_invalid"
    text = Text(
        "站点文件有 {count} 处问题，第一处：{first}", "The site files have {count} problems, the first: {first}"
    )
    http_status = 422

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        first = Text(problems[0].format("zh"), problems[0].format("en"))
        super().__init__(count=len(problems), first=first)


@dataclass(slots=True)
class Findings:
    """Collects problems while a site is read."""

    problems: list[Problem] = field(default_factory=list)
    _guesses_left: int = 40
    """A guess compares with every known id; with thousands of unknown ids that would take minutes."""

    def add(self, file: str, line: int, what: Text, allowed: Text | None = None) -> None:
        """Note one problem."""
        self.problems.append(Problem(file, line, what, allowed))

    def guess(self, wrong: str, known: Iterable[str]) -> Text | None:
        """ "Did you mean ...?" for a mistyped name, or None where nothing is near."""
        if self._guesses_left <= 0:
            return None
        self._guesses_left -= 1
        near = get_close_matches(wrong, list(known), n=3, cutoff=0.6)
        return texts.DID_YOU_MEAN.format(names=", ".join(near)) if near else None

    def sorted(self) -> list[Problem]:
        """Without doubles, by file and line."""
        return sorted(set(self.problems), key=lambda p: (p.file, p.line, p.what.en))
