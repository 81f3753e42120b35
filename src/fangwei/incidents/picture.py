"""A photo from a stranger's file: decoded within limits, drawn anew, everything else left behind.

What is kept is our own JPEG of the pixels: no metadata, no second file hidden behind the first. Runs in a process of
its own (`apart.py`), whose memory and time are limited; `python -m fangwei.incidents.picture` reads the file from
standard input and writes a `Developed` or a `Fault` as MessagePack.
"""

import hashlib
import io
import math
import sys
import warnings
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from PIL import Image, ImageOps, UnidentifiedImageError

MOST_BYTES = 8 * 1024**2
MOST_SIDE = 6000
FORMATS = ("JPEG", "PNG", "WEBP")
QUALITY = 85
"""JPEG quality at which a gauge in a corner can still be read."""
THUMB_SIDE = 480

_EXIF_TIME, _EXIF_GPS = 0x8769, 0x8825
_TAKEN, _TAKEN_OFFSET = 0x9003, 0x9011


class Developed(msgspec.Struct, tag="developed"):
    """The photo as it is kept, and apart from it what the camera wrote about when and where."""

    picture: bytes
    thumb: bytes
    hash: str
    width: int
    height: int
    taken: int | None
    latitude: float | None
    longitude: float | None


class Fault(msgspec.Struct, tag="fault"):
    """Why there is no photo: `not_a_photo` or `too_wide` (with its size)."""

    why: str
    width: int = 0
    height: int = 0


def develop(data: bytes, timezone: str) -> Developed | Fault:
    """Decode and draw anew. Camera times without an offset are taken as the site's wall time."""
    try:
        with warnings.catch_warnings():
            # Pillow only warns of sizes that we refuse, and of damage that we would rather hear of.
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                # The header alone is read so far: a bomb is refused before it is unpacked.
                width, height = opened.size
                if max(width, height) > MOST_SIDE:
                    return Fault("too_wide", width, height)
                if min(width, height) < 1:
                    return Fault("not_a_photo")
                exif = opened.getexif()
                opened.load()
                upright = _flat(ImageOps.exif_transpose(opened))
    except (
        UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError, EOFError, Warning,
        OverflowError, IndexError, KeyError, TypeError, AttributeError, ZeroDivisionError, MemoryError,
    ):  # fmt: skip
        # Pillow's readers of damaged files raise whatever they stumble over.
        return Fault("not_a_photo")
    picture = _jpeg(upright)
    small = upright.copy()
    small.thumbnail((THUMB_SIDE, THUMB_SIDE))
    place = _place(exif)
    return Developed(
        picture=picture,
        thumb=_jpeg(small),
        hash=hashlib.sha256(picture).hexdigest(),
        width=upright.width,
        height=upright.height,
        taken=_taken(exif, timezone),
        latitude=place[0] if place else None,
        longitude=place[1] if place else None,
    )


def _flat(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        ground = Image.new("RGB", rgba.size, "white")
        ground.paste(rgba, mask=rgba.getchannel("A"))
        return ground
    return image.convert("RGB")


def _jpeg(image: Image.Image) -> bytes:
    # A new image of the pixels alone: `info` carries comments and profiles of the old one along.
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    sink = io.BytesIO()
    bare.save(sink, "JPEG", quality=QUALITY, optimize=True)
    return sink.getvalue()


def _taken(exif: Image.Exif, timezone: str) -> int | None:
    try:
        inner = exif.get_ifd(_EXIF_TIME)
        local = datetime.strptime(str(inner[_TAKEN]).strip("\0 "), "%Y:%m:%d %H:%M:%S")
        offset = str(inner.get(_TAKEN_OFFSET, "")).strip("\0 ")
        aware = datetime.fromisoformat(f"{local.isoformat()}{offset}") if offset else local
        if aware.tzinfo is None:
            aware = local.replace(tzinfo=ZoneInfo(timezone))
        seconds = int(aware.timestamp())
    except (KeyError, ValueError, TypeError, OverflowError, OSError, SyntaxError):
        return None
    return seconds * 1_000_000_000 if 946_684_800 <= seconds < 4_102_444_800 else None


def _place(exif: Image.Exif) -> tuple[float, float] | None:
    try:
        gps = exif.get_ifd(_EXIF_GPS)
        latitude = _degrees(gps[2]) * (-1 if str(gps[1]).strip("\0 ") == "S" else 1)
        longitude = _degrees(gps[4]) * (-1 if str(gps[3]).strip("\0 ") == "W" else 1)
    except (KeyError, ValueError, TypeError, ZeroDivisionError, IndexError, OSError, SyntaxError):
        return None
    sound = math.isfinite(latitude) and math.isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180
    return (round(latitude, 6), round(longitude, 6)) if sound else None


def _degrees(parts: object) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)  # type: ignore[attr-defined]
    return degrees + minutes / 60 + seconds / 3600


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.msgpack.encode(develop(sys.stdin.buffer.read(), sys.argv[1])))
