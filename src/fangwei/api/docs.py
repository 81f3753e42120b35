"""The pages of docs/ that are made from the code, each with a test that it is up to date."""

from collections.abc import Callable

from fangwei.api import asyncapi, codes

PAGES: dict[str, Callable[[], None]] = {"asyncapi": asyncapi.main, "problems": codes.main}
"""By the word of `fangwei docs`."""
