"""The SQL of the history, one statement per file, in the dialect that chDB and a ClickHouse server share."""

from functools import cache
from importlib.resources import files


@cache
def statement(name: str) -> str:
    """The statement of `<name>.sql`."""
    return files(__name__).joinpath(f"{name}.sql").read_text("utf-8")
