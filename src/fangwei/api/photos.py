"""A stranger's file on its way to a photo of ours: read by a worker of bounded memory and time."""

import msgspec

from fangwei.api.context import Context
from fangwei.incidents.apart import WorkFailed
from fangwei.incidents.picture import MOST_SIDE, Developed, Fault
from fangwei.incidents.texts import NotAPhoto, PhotoTooWide

BINARY = {"schema": {"type": "string", "format": "binary"}, "example": "the bytes of the file"}


async def develop(context: Context, data: bytes) -> Developed:
    """Our own picture of the file's pixels.

    Raises:
        NotAPhoto: it is none that we read, or too much for the worker.
        PhotoTooWide: more than 6000 pixels a side.
        TooBusy: too many wait already.
    """
    try:
        made = await context.workers.run("fangwei.incidents.picture", data, context.site.head.timezone)
    except WorkFailed as error:
        # The worker is limited in memory and time: a picture that needs more of either is none we keep.
        context.health.error("api.photo_not_read", str(error.__cause__ or error))
        raise NotAPhoto() from error
    developed = msgspec.msgpack.decode(made, type=Developed | Fault)
    if isinstance(developed, Fault):
        if developed.why == "too_wide":
            raise PhotoTooWide(width=developed.width, height=developed.height, most=MOST_SIDE)
        raise NotAPhoto()
    return developed
