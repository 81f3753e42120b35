"""One YAML file as plain data that remembers its lines.

Stricter than YAML 1.1 where that surprises people: `20:00` is text and not 1200, `no` is text and not false, a key
written twice is an error, tags are refused, aliases may neither recurse nor explode. `${NAME:-default}` is replaced
inside values after parsing, so that a variable can never change the structure of a file.
"""

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from fangwei.core.texts import Text
from fangwei.plant import texts
from fangwei.plant.problems import Findings

MAX_BYTES = 20 * 1024**2
"""A site of 50,000 points has 10 MB; more in one file is a mistake or an attack."""
MAX_VALUES = 4_000_000
"""With aliases expanded. 50,000 points with ten keys each are 1.5 million."""
MAX_DEPTH = 40

_PLAIN, _TEXT, _LIST, _MAPPING = "plain", "text", "list", "mapping"
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF|nan|NaN|NAN)")
_CONSTANTS = {
    "true": True,
    "True": True,
    "false": False,
    "False": False,
    "null": None,
    "Null": None,
    "~": None,
    "": None,
}
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C one where libyaml is there
    """Composes nodes without YAML 1.1's guesses at types; `_typed` decides them."""

    def resolve(self, kind: type[yaml.Node], value: object, implicit: Any) -> str:
        if kind is yaml.ScalarNode:
            return _PLAIN if implicit[0] else _TEXT
        return _LIST if kind is yaml.SequenceNode else _MAPPING


class YamlFile:
    """A parsed file: `data` (None when it could not be read or is empty) and the line of every place in it."""

    def __init__(self, name: str, data: dict[str, Any] | None, root: yaml.Node | None) -> None:
        self.name = name
        self.data = data
        self._root = root

    def line(self, *path: Any) -> int:
        """The line of the value at `path` (keys and indices); of the nearest place above it that exists."""
        node = self._root
        if node is None:
            return 0
        for part in path:
            below = self._below(node, part)
            if below is None:
                break
            node = below
        return int(node.start_mark.line) + 1

    def key_line(self, *path: Any) -> int:
        """The line where the key at the end of `path` is written (for unknown keys and missing values)."""
        node: yaml.Node | None = self._root
        for part in path[:-1]:
            below = self._below(node, part)
            if below is None:
                break
            node = below
        if isinstance(node, yaml.MappingNode):
            for key, _ in node.value:
                if key.value == str(path[-1]):
                    return int(key.start_mark.line) + 1
        return self.line(*path)

    @staticmethod
    def _below(node: yaml.Node | None, part: Any) -> yaml.Node | None:
        if isinstance(node, yaml.MappingNode):
            found = None
            for key, value in node.value:
                if key.value == str(part):
                    found = value
            return found
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            return node.value[part]  # type: ignore[no-any-return]
        return None


def read_yaml(
    path: Path, name: str, environ: Mapping[str, str], findings: Findings, most: int = MAX_VALUES
) -> YamlFile:
    """Read one file; everything wrong with it goes to `findings`, and `data` is None when nothing can be used.

    `most`: how many values it may hold, aliases expanded.
    """
    text = _read_text(path, name, findings)
    if text is None:
        return YamlFile(name, None, None)
    try:
        root = _Loader(text).get_single_node()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        why = getattr(error, "problem", None) or getattr(error, "context", None) or str(error).splitlines()[0]
        line = mark.line + 1 if mark is not None else text[: getattr(error, "position", 0)].count("\n") + 1
        findings.add(name, line, texts.NOT_YAML.format(why=why))
        return YamlFile(name, None, None)
    if root is None:
        return YamlFile(name, None, None)
    file = YamlFile(name, None, root)
    if not isinstance(root, yaml.MappingNode):
        findings.add(name, file.line(), texts.NOT_A_MAPPING)
        return file
    if _affordable(root, name, findings, most):
        file.data = _Converter(name, environ, findings).value(root)
    return file


def _read_text(path: Path, name: str, findings: Findings) -> str | None:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            findings.add(name, 0, texts.FILE_TOO_BIG.format(size=f"{size / 1024**2:.0f}", limit=MAX_BYTES // 1024**2))
            return None
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        findings.add(name, error.object[: error.start].count(b"\n") + 1, texts.NOT_UTF8)
    except OSError as error:
        findings.add(name, 0, texts.FILE_UNREADABLE.format(why=error.strerror or type(error).__name__))
    return None


def _affordable(root: yaml.Node, name: str, findings: Findings, most: int) -> bool:
    """Whether the tree, with its aliases expanded, is finite and of bearable size; without expanding it."""
    sizes: dict[int, int] = {}
    path: set[int] = set()
    good = True

    def size(node: yaml.Node, depth: int) -> int:
        nonlocal good
        known = sizes.get(id(node))
        if known is not None:
            return known
        if isinstance(node, yaml.ScalarNode):
            return 1
        if not good:
            return 1
        if id(node) in path:
            findings.add(name, node.start_mark.line + 1, texts.ANCHOR_RECURSES)
            good = False
            return 1
        if depth > MAX_DEPTH:
            findings.add(name, node.start_mark.line + 1, texts.TOO_DEEP.format(limit=MAX_DEPTH))
            good = False
            return 1
        path.add(id(node))
        if isinstance(node, yaml.MappingNode):
            total = 1 + sum(size(key, depth + 1) + size(value, depth + 1) for key, value in node.value)
        else:
            total = 1 + sum(size(value, depth + 1) for value in node.value)
        path.discard(id(node))
        sizes[id(node)] = total
        return total

    count = size(root, 0)
    if good and count > most:
        findings.add(name, 0, texts.TOO_MANY_VALUES.format(count=count, limit=most))
        return False
    return good


class _Converter:
    def __init__(self, name: str, environ: Mapping[str, str], findings: Findings) -> None:
        self._name = name
        self._environ = environ
        self._findings = findings

    def value(self, node: yaml.Node) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if node.tag not in (_LIST, _MAPPING):
            self._problem(node, texts.TAG_REFUSED.format(tag=node.tag))
            return None
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item) for item in node.value]
        mapping: dict[Any, Any] = {}
        first: dict[Any, int] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._problem(key_node, texts.KEY_NOT_TEXT)
                continue
            key: Any = key_node.value
            if key_node.tag == _PLAIN and _INTEGER.fullmatch(key):
                key = int(key)
            if key in mapping:
                self._problem(key_node, texts.KEY_TWICE.format(key=key, line=first[key]))
                continue
            first[key] = key_node.start_mark.line + 1
            mapping[key] = self.value(value_node)
        return mapping

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        raw: str = node.value
        if "${" in raw:
            raw = _VARIABLE.sub(lambda match: self._variable(node, match), raw)
        if node.tag == _TEXT:
            return raw
        if node.tag != _PLAIN:
            self._problem(node, texts.TAG_REFUSED.format(tag=node.tag))
            return None
        value = _typed(raw)
        if isinstance(value, float) and not math.isfinite(value):
            self._problem(node, texts.NOT_FINITE.format(value=raw))
            return 0.0
        return value

    def _variable(self, node: yaml.Node, match: re.Match[str]) -> str:
        name, default = match.group(1), match.group(2)
        # An empty variable counts as unset, as the `:-` of shells has it.
        value = self._environ.get(name) or default
        if value is None:
            self._problem(node, texts.VARIABLE_UNSET.format(name=name))
            return ""
        return value

    def _problem(self, node: yaml.Node, what: Text) -> None:
        self._findings.add(self._name, node.start_mark.line + 1, what)


def _typed(raw: str) -> Any:
    """The value of a plain (unquoted) scalar: null, boolean, number, or text for all else (dates too)."""
    if raw in _CONSTANTS:
        return _CONSTANTS[raw]
    if raw[0] in "0123456789+-.":
        if _INTEGER.fullmatch(raw):
            # int() of thousands of digits is quadratic, and no count in a plant has twenty
            return int(raw) if len(raw) < 20 else raw
        if _NOT_FINITE.fullmatch(raw):
            return math.nan
        if _NUMBER.fullmatch(raw) and not (raw[0] == "0" and len(raw) > 1 and raw.isdigit()):
            return float(raw)
    return raw
