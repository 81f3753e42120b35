"""Errors: a class per fact, with a stable code and a sentence a shift worker can act on."""

from typing import ClassVar

from fangwei.core.texts import Text


class FangweiError(Exception):
    """Base of every error a person may see.

    Subclasses set `code` (stable, dotted, never translated), `text` (a template in both languages) and
    `http_status`; the constructor's keyword arguments fill the template.

    Example:
        class PointUnknown(FangweiError):
            code = "plant.point_unknown"
            text = Text("没有测点 {point}", "There is no point {point}")
            http_status = 404
    """

    code: ClassVar[str] = "fangwei.error"
    text: ClassVar[Text] = Text("出错了", "Something went wrong")
    http_status: ClassVar[int] = 400

    def __init__(self, **values: object) -> None:
        self.values = values
        self.message = self.text.format(**values)
        super().__init__(self.message.en)
