"""What becomes of a stranger's file: our own picture of its pixels, or a refusal; never a second file behind it."""

import io

import msgspec
import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational
from tests.incidents.photo_samples import HOSTILE, SCRIPT, bomb, jpeg, png_header, with_camera

from fangwei.core.clock import SECOND
from fangwei.incidents.apart import Workers
from fangwei.incidents.picture import Developed, Fault, develop

ZONE = "Asia/Shanghai"


def developed(data: bytes) -> Developed:
    made = develop(data, ZONE)
    assert isinstance(made, Developed), made
    return made


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_three_kinds_become_one_of_our_own(kind):
    sink = io.BytesIO()
    Image.new("RGB", (800, 600), "teal").save(sink, kind)
    made = developed(sink.getvalue())
    kept = Image.open(io.BytesIO(made.picture))
    assert (kept.format, kept.size) == ("JPEG", (800, 600))
    assert max(Image.open(io.BytesIO(made.thumb)).size) == 480


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_photo_is_refused(name):
    assert develop(HOSTILE[name], ZONE) == Fault("not_a_photo")


def test_nothing_of_the_file_but_its_pixels_is_kept():
    hostile = jpeg(comment=SCRIPT) + b"PK\x03\x04 a second file" + SCRIPT
    made = developed(hostile)
    for kept in (made.picture, made.thumb):
        assert SCRIPT not in kept and b"PK\x03\x04" not in kept
        assert kept.startswith(b"\xff\xd8") and kept.endswith(b"\xff\xd9")


def test_when_and_where_are_kept_apart_and_not_in_the_picture():
    made = developed(with_camera())
    assert made.taken == 1_772_571_967 * SECOND
    assert (made.latitude, made.longitude) == (31.308333, 119.6)
    assert not dict(Image.open(io.BytesIO(made.picture)).getexif())
    assert b"Maker" not in made.picture


def test_a_camera_without_an_offset_tells_the_sites_wall_time():
    assert developed(with_camera(offset=None)).taken == 1_772_571_967 * SECOND


@pytest.mark.parametrize(
    "gps",
    [
        {1: "N", 2: (IFDRational(0, 0), 0.0, 0.0), 3: "E", 4: (1.0, 0.0, 0.0)},
        {1: "N", 2: (95.0, 0.0, 0.0), 3: "E", 4: (1.0, 0.0, 0.0)},
        {1: "N"},
    ],
)
def test_a_place_that_is_none_is_left_out(gps):
    made = developed(with_camera(taken="not a time", gps=gps))
    assert (made.taken, made.latitude, made.longitude) == (None, None, None)


def test_a_photo_taken_upright_is_kept_upright():
    # Orientation 6: the camera's top left is the picture's top right.
    made = developed(with_camera())
    kept = Image.open(io.BytesIO(made.picture))
    assert kept.size == (480, 640)
    assert kept.getpixel((470, 10))[0] > 200 > kept.getpixel((10, 10))[0]


def test_transparent_places_are_white():
    sink = io.BytesIO()
    Image.new("RGBA", (50, 50), (255, 0, 0, 0)).save(sink, "PNG")
    assert Image.open(io.BytesIO(developed(sink.getvalue()).picture)).getpixel((25, 25)) == (255, 255, 255)


@pytest.mark.parametrize("size", [(6001, 10), (10, 6001), (100_000, 100_000), (2**31 - 1, 2**31 - 1)])
def test_too_many_pixels_are_refused_by_the_header_alone(size):
    made = develop(png_header(*size), ZONE)
    assert isinstance(made, Fault) and made.why in ("too_wide", "not_a_photo")
    if max(size) < 10_000:
        assert (made.width, made.height) == size


async def test_the_largest_allowed_is_unpacked_within_the_workers_limits():
    made = await Workers().run("fangwei.incidents.picture", bomb(), ZONE)
    assert isinstance(msgspec.msgpack.decode(made, type=Developed | Fault), Developed)
