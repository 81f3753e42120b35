"""Which bodies the door lets in, by address: commands as JSON, photos as they are. Pure."""

import re
from dataclasses import dataclass

from fangwei.api.problems import BodyNotJson, BodyTooLarge
from fangwei.core.errors import FangweiError
from fangwei.incidents.picture import MOST_BYTES
from fangwei.incidents.texts import PhotoTooLarge, PhotoTypeRefused

COMMAND_BYTES = 64 * 1024
"""The longest command is an acknowledgement of 500 alarms with their names, some 40 kB."""
PHOTO_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})

FLOW_BYTES = 2**20
"""A flow of 500 cards is some 400 kB, and so is its BPMN; files of other tools are larger and refused in words."""

_PHOTOS = re.compile(r"/api/(incidents/[A-Za-z0-9][A-Za-z0-9_-]{0,63}|work)/photos")


@dataclass(frozen=True, slots=True)
class Body:
    """What a request may carry."""

    limit: int
    photo: bool = False

    @property
    def too_large(self) -> FangweiError:
        """The refusal of a longer one."""
        return PhotoTooLarge(most_mb=self.limit // 2**20) if self.photo else BodyTooLarge(limit=self.limit)

    def refused(self, length: str, content_type: str) -> FangweiError | None:
        """Why a body that says this of itself is refused. No plain HTML form can send either kind."""
        if not length.isdigit() or int(length) > self.limit:
            return self.too_large
        kind = content_type.split(";")[0].strip().lower()
        if self.photo:
            return None if kind in PHOTO_TYPES else PhotoTypeRefused()
        return None if kind == "application/json" else BodyNotJson()


COMMAND = Body(COMMAND_BYTES)
FLOW = Body(FLOW_BYTES)
PHOTO = Body(MOST_BYTES, photo=True)


def body_of(method: str, path: str) -> Body:
    """What a request to this address may carry.

    >>> body_of("POST", "/api/incidents/I-1/photos").photo, body_of("POST", "/api/incidents/I-1/note").photo
    (True, False)
    """
    if method == "POST" and _PHOTOS.fullmatch(path):
        return PHOTO
    return FLOW if path == "/api/flows" or path.startswith("/api/flows/") else COMMAND
