"""From plain data to the shapes of `schema.py`: every item by itself, so that one bad point hides no other problem."""

import types
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from fangwei.core.texts import Text
from fangwei.plant import schema, texts
from fangwei.plant.problems import Findings
from fangwei.plant.yaml_file import YamlFile

M = TypeVar("M", bound=BaseModel)

_ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"

_WANT: dict[str, Text] = {
    "string_type": texts.WANT_TEXT,
    "float_type": texts.WANT_NUMBER,
    "float_parsing": texts.WANT_NUMBER,
    "finite_number": texts.WANT_NUMBER,
    "int_type": texts.WANT_WHOLE,
    "int_parsing": texts.WANT_WHOLE,
    "int_from_float": texts.WANT_WHOLE,
    "bool_type": texts.WANT_BOOLEAN,
    "bool_parsing": texts.WANT_BOOLEAN,
    "list_type": texts.WANT_LIST,
    "tuple_type": texts.WANT_LIST,
    "dict_type": texts.WANT_MAPPING,
    "model_type": texts.WANT_MAPPING,
    "date_type": texts.WANT_DATE,
    "date_parsing": texts.WANT_DATE,
    "date_from_datetime_parsing": texts.WANT_DATE,
    "date_from_datetime_inexact": texts.WANT_DATE,
    "string_too_short": texts.WANT_LENGTH,
    "string_too_long": texts.WANT_LENGTH,
}
_BOUNDS = {
    "greater_than": ("gt", texts.WANT_GREATER),
    "greater_than_equal": ("ge", texts.WANT_AT_LEAST),
    "less_than": ("lt", texts.WANT_LESS),
    "less_than_equal": ("le", texts.WANT_AT_MOST),
}


@dataclass(frozen=True, slots=True)
class Placed(Generic[M]):
    """A valid item and where it is written."""

    value: M
    file: YamlFile
    path: tuple[Any, ...]

    def line(self, *more: Any) -> int:
        """Line of the item, or of a place inside it."""
        return self.file.line(*self.path, *more)

    @property
    def where(self) -> str:
        """`file:line`."""
        return f"{self.file.name}:{self.line()}"


@dataclass(slots=True)
class Collected:
    """Everything valid of all files, with its place; `broken` holds the ids of what is there but not valid."""

    site: list[Placed[schema.SiteHead]] = field(default_factory=list)
    duty: list[Placed[schema.Duty]] = field(default_factory=list)
    zones: list[Placed[schema.Zone]] = field(default_factory=list)
    point_types: list[Placed[schema.PointType]] = field(default_factory=list)
    points: list[Placed[schema.Point]] = field(default_factory=list)
    rules: list[Placed[schema.Rule]] = field(default_factory=list)
    suppressions: list[Placed[schema.Suppression]] = field(default_factory=list)
    sources: list[Placed[schema.Source]] = field(default_factory=list)
    posts: list[Placed[schema.Post]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    section_lost: bool = False
    """A whole section is misspelt or no list: what refers to its contents is not at fault."""


_SINGLE: dict[str, type[BaseModel]] = {"site": schema.SiteHead, "duty": schema.Duty}
_LISTS: dict[str, type[BaseModel]] = {
    "zones": schema.Zone,
    "point_types": schema.PointType,
    "points": schema.Point,
    "rules": schema.Rule,
    "suppressions": schema.Suppression,
    "sources": schema.Source,
    "posts": schema.Post,
}


def collect(file: YamlFile, into: Collected, findings: Findings) -> None:
    """Add what one file says to `into`; what does not fit the schema goes to `findings`."""
    for key, value in (file.data or {}).items():
        if key in _SINGLE:
            if value is None:
                continue
            item = _validated(_SINGLE[key], value, file, (key,), findings)
            if item is not None:
                getattr(into, key).append(item)
            else:
                into.broken.add(key)
        elif key in _LISTS:
            if value is None:
                continue
            if not isinstance(value, list):
                findings.add(file.name, file.line(key), _wrong(key, value), texts.WANT_LIST)
                into.section_lost = True
                continue
            for index, raw in enumerate(value):
                item = _validated(_LISTS[key], raw, file, (key, index), findings)
                if item is not None:
                    getattr(into, key).append(item)
                elif isinstance(raw, dict) and isinstance(raw.get("id"), str):
                    into.broken.add(raw["id"])
        else:
            into.section_lost = True
            known = [*_SINGLE, *_LISTS]
            hint = findings.guess(str(key), known) or texts.ONE_OF.format(names=", ".join(known))
            findings.add(file.name, file.key_line(key), texts.KEY_UNKNOWN.format(key=_short(key)), hint)


def _validated(
    model: type[BaseModel], raw: Any, file: YamlFile, path: tuple[Any, ...], findings: Findings
) -> Placed[Any] | None:
    try:
        return Placed(model.model_validate(raw), file, path)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            _explain(model, detail, file, path, findings)
        return None


def _explain(model: type[BaseModel], error: Any, file: YamlFile, path: tuple[Any, ...], findings: Findings) -> None:
    kind: str = error["type"]
    loc: tuple[Any, ...] = error["loc"]
    context: dict[str, Any] = error.get("ctx") or {}
    key = ".".join(str(part) for part in loc) or str(path[0])
    if kind == "missing":
        findings.add(file.name, file.line(*path, *loc[:-1]), texts.KEY_MISSING.format(key=key))
        return
    if kind == "extra_forbidden":
        keys = _keys_at(model, loc[:-1])
        hint = findings.guess(str(loc[-1]), keys) or texts.ONE_OF.format(names=", ".join(keys))
        findings.add(file.name, file.key_line(*path, *loc), texts.KEY_UNKNOWN.format(key=_short(key)), hint)
        return
    if kind in _BOUNDS:
        name, want = _BOUNDS[kind]
        allowed: Text | None = want.format(bound=context[name])
    elif kind in ("literal_error", "enum"):
        allowed = texts.ONE_OF.format(names=str(context["expected"]).replace(" or ", ", ").replace("'", ""))
    elif kind == "string_pattern_mismatch":
        is_id = context["pattern"] == _ID_PATTERN
        allowed = texts.WANT_ID if is_id else texts.WANT_PATTERN.format(pattern=context["pattern"])
    elif kind == "too_short":
        allowed = texts.WANT_ITEMS_MIN.format(count=context["min_length"])
    elif kind == "too_long":
        allowed = texts.WANT_ITEMS_MAX.format(count=context["max_length"])
    else:
        allowed = _WANT.get(kind) or texts.WANT_OTHER.format(why=error["msg"])
    findings.add(file.name, file.line(*path, *loc), _wrong(key, error["input"]), allowed)


def _wrong(key: Any, value: Any) -> Text:
    return texts.VALUE_WRONG.format(key=_short(key), value=_short(value))


def _short(value: Any) -> str:
    """A value as a person wrote it, cut: a site file may hold megabytes in one value."""
    if isinstance(value, dict):
        return "{...}"
    if isinstance(value, list):
        return "[...]"
    shown = "null" if value is None else str(value)
    return shown if len(shown) <= 60 else shown[:60] + "…"


def _keys_at(model: type[BaseModel], loc: tuple[Any, ...]) -> list[str]:
    """The keys allowed in the mapping at `loc` below `model`."""
    current: Any = model
    for part in loc:
        inner = _model_in(current)
        if inner is not None and isinstance(part, str) and part in inner.model_fields:
            current = inner.model_fields[part].annotation
    found = _model_in(current)
    return list(found.model_fields) if found is not None else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model inside `Model`, `list[Model]`, `Model | None`, `dict[_, Model]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (list, tuple, dict, Union, types.UnionType, Annotated):
        for part in get_args(annotation):
            found = _model_in(part)
            if found is not None:
                return found
    return None
