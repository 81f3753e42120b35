"""Which column of a file is what, as a person says it: in a small YAML file, by options, or both."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from fangwei.connect.table_reader import TableMapping
from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text


class MappingInvalid(FangweiError):
    """A mapping that cannot be used; names the key and what is allowed."""

    code = "connect.mapping_invalid"
    text = Text("列的说明不可用（{where}）：{why}", "The mapping of columns cannot be used ({where}): {why}")


def read_mapping(path: Path | None, options: Mapping[str, Any]) -> TableMapping:
    """The mapping of a YAML file (keys of `TableMapping`), with options given by name on top.

    Raises:
        MappingInvalid: not YAML, no mapping, an unknown key or a wrong value.
    """
    said: Any = {}
    if path is not None:
        try:
            said = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise MappingInvalid(where=path, why=" ".join(str(error).split())) from error
        if not isinstance(said, dict):
            raise MappingInvalid(where=path, why=Text("应为“键: 值”", "it is to hold `key: value`"))
    try:
        return TableMapping.model_validate({**said, **options})
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in fault["loc"])
        allowed = ", ".join(TableMapping.model_fields)
        why = f"{fault['msg']} ({allowed})" if fault["type"] == "extra_forbidden" else fault["msg"]
        raise MappingInvalid(where=key, why=why) from error
    except (KeyError, OSError, ValueError) as error:  # a time zone that is none
        raise MappingInvalid(where="timezone", why=str(error)) from error
