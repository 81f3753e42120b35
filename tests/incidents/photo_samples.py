"""Pictures and what people send in their place."""

import io
import struct
import zlib

from PIL import Image


def jpeg(width: int = 640, height: int = 480, *, exif: Image.Exif | None = None, comment: bytes = b"") -> bytes:
    """A photo with a bright corner at the top left."""
    image = Image.new("RGB", (width, height), (90, 100, 110))
    image.paste((240, 240, 200), (0, 0, width // 4, height // 4))
    sink = io.BytesIO()
    image.save(sink, "JPEG", exif=exif or Image.Exif(), comment=comment)
    return sink.getvalue()


def with_camera(taken: str = "2026:03:04 05:06:07", offset: str | None = "+08:00", gps: dict | None = None) -> bytes:
    """A photo whose camera wrote when and where."""
    exif = Image.Exif()
    exif[0x010F] = "Maker of cameras"
    exif[0x0112] = 6
    inner = exif.get_ifd(0x8769)
    inner[0x9003] = taken
    if offset:
        inner[0x9011] = offset
    place = exif.get_ifd(0x8825)
    place.update(gps or {1: "N", 2: (31.0, 18.0, 30.0), 3: "E", 4: (119.0, 36.0, 0.0)})
    return jpeg(exif=exif)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_header(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG that says it is this large, with whatever for its pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def bomb(side: int = 6000) -> bytes:
    """100 kB that unpack to 108 MB of one colour: allowed in size, so it must be decoded within the limits."""
    return png_header(side, side, zlib.compress((b"\0" + b"\0" * side * 3) * side, 9))


SCRIPT = b"<script>alert(1)</script>"
HOSTILE = {
    "nothing": b"",
    "text": b"hello",
    "html": b"<!doctype html><html><body>" + SCRIPT,
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>",
    "pdf": b"%PDF-1.7\n1 0 obj\n",
    "gif": b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;",
    "jpeg that is only a beginning": jpeg()[:400],
    "jpeg cut in the middle": jpeg()[: len(jpeg()) // 2],
    "jpeg magic and then a page": b"\xff\xd8\xff\xe0" + SCRIPT * 20,
    "png of no pixels": png_header(0, 10),
    "png whose pixels are rubbish": png_header(300, 300, b"\x00rubbish" * 50),
    "png that ends in its header": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "zip": b"PK\x03\x04" + b"\0" * 100,
    "tiff": b"II*\0\x08\0\0\0" + b"\0" * 60,
    "webp of nothing": b"RIFF\x10\0\0\0WEBPVP8 ",
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
}
