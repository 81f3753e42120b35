"""Errors: a class per fact, with a stable code and a sentence a shift worker can act on."""

from fangwei.core.events import Problem
from fangwei.core.texts import Text


class FangweiError(Exception):
    """Base of every error a person may see.

    Subclasses set `code` (stable, dotted, never translated), `text` (a template in both languages) and
    `http_status`; the constructor's keyword arguments fill the template. `current`, where given, is what stands now
    (a msgspec struct or plain data): whoever was refused decides again by it.

    Example:
        class PointUnknown(FangweiError):
            code = "plant.point_unknown"
            text = Text("没有测点 {point}", "There is no point {point}")
            http_status = 404
    """

    code: str = "fangwei.error"
    text: Text = Text("出错了", "Something went wrong")
    http_status: int = 400

    def __init__(self, *, current: object = None, **values: object) -> None:
        self.values = values
        self.current = current
        self.message = self.text.format(**values)
        super().__init__(self.message.en)

    @property
    def problem(self) -> Problem:
        """The error as an answer on the bus."""
        return Problem(self.code, self.message, self.http_status, self.current)


class Refused(FangweiError):
    """Another process answered with a problem; carries its code, words, HTTP status and what stands now."""

    code = "bus.refused"

    def __init__(self, problem: Problem) -> None:
        Exception.__init__(self, problem.message.en)
        self.values = {}
        self.code = problem.code
        self.message = problem.message
        self.http_status = problem.status
        self.current = problem.current


class RevisionStale(FangweiError):
    """Two people edited the same thing and the other was first. Raise it with `current`, the thing as it is now."""

    code = "fangwei.revision_stale"
    text = Text(
        "别人刚刚改过（现为第 {revision} 版），您的修改没有保存；请按现状再改一次",
        "Somebody else changed it meanwhile (it is revision {revision} now) and your change was not saved; "
        "look at it as it is and change it again",
    )
    http_status = 412
