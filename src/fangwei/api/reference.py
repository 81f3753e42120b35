"""The HTTP interface as a page to read: made here from the OpenAPI document, without a script. Pure."""

import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any

STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;max-width:1000px;margin:0 auto;padding:1rem}
details{border-top:1px solid #8886;padding:.4rem 0}summary{cursor:pointer;min-height:32px}
.verb{display:inline-block;min-width:4.5em;font:600 14px monospace}
pre{overflow:auto;background:#8881;padding:.6rem;font-size:14px}
table{border-collapse:collapse}td,th{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0}
h2{margin-top:2rem}nav a{margin-right:1rem}
"""


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every (path, method, operation)."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def page(document: dict[str, Any], nonce: str) -> str:
    """A whole page; `nonce` is the one of its Content-Security-Policy."""
    title = escape(document["info"]["title"])
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{title} API</title><style nonce="{escape(nonce)}">{STYLE}</style>'
        f'<h1>{title}: HTTP</h1><p><a href="/api/openapi.json">openapi.json</a></p>'
        f"<pre>{escape(document['info'].get('description', ''))}</pre>{fragment(document)}</html>"
    )


def fragment(document: dict[str, Any]) -> str:
    """Every operation, by tag, to be put into any page."""
    by_tag: dict[str, list[str]] = {tag["name"]: [] for tag in document["tags"]}
    for path, method, operation in operations(document):
        by_tag[operation["tags"][0]].append(_operation(path, method, operation, document))
    about = {tag["name"]: tag["description"] for tag in document["tags"]}
    links = " ".join(f'<a href="#tag-{escape(tag)}">{escape(tag)}</a>' for tag in by_tag)
    parts = [
        f'<h2 id="tag-{escape(tag)}">{escape(tag)}</h2><p>{escape(about[tag])}</p>{"".join(shown)}'
        for tag, shown in by_tag.items()
    ]
    return f"<nav>{links}</nav>{''.join(parts)}"


def _operation(path: str, method: str, operation: dict[str, Any], document: dict[str, Any]) -> str:
    told = operation.get("description", operation.get("summary", ""))
    parts = [f"<p>{_words(told)}</p>", _parameters(operation)]
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        parts.append(f"<h4>Body <small>{escape(media)}</small></h4>{_shown(content, document)}")
    refusals = []
    for status, answer in operation["responses"].items():
        if "$ref" in answer:
            refusals.append(status)
            continue
        for media, content in answer.get("content", {}).items():
            heading = (
                f"<h4>{escape(status)} <small>{escape(media)}</small> {escape(answer.get('description', ''))}</h4>"
            )
            parts.append(heading + _shown(content, document))
    parts.append(f"<p>Refusals: {escape(', '.join(refusals))} (application/problem+json)</p>")
    return (
        f'<details id="{escape(operation.get("operationId", ""))}"><summary><span class="verb">{method.upper()}</span>'
        f"<code>{escape(path)}</code> {escape(operation.get('summary', ''))}</summary>{''.join(parts)}</details>"
    )


def _words(text: str) -> str:
    """A sentence of ours, escaped, with what stands in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _parameters(operation: dict[str, Any]) -> str:
    rows = []
    for one in operation.get("parameters", ()):
        needed = "required" if one.get("required") else ""
        shown = json.dumps(one.get("example"), ensure_ascii=False)
        cells = (one["name"], one["in"], needed, shown, one.get("description", ""))
        rows.append("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells) + "</tr>")
    head = "<tr><th>name</th><th>in</th><th></th><th>example</th><th></th></tr>"
    return f"<table>{head}{''.join(rows)}</table>" if rows else ""


def _shown(content: dict[str, Any], document: dict[str, Any]) -> str:
    parts = []
    schema = content.get("schema", {})
    inner = schema.get("items", schema) if schema.get("type") == "array" else schema
    if "$ref" in inner:
        named = document["components"]["schemas"][inner["$ref"].rsplit("/", 1)[-1]]
        parts.append(f"<p>{_words(' '.join(named.get('description', '').split()))}</p>")
    if "example" in content:
        shown = content["example"]
        text = shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False, indent=2)
        parts.append(f"<pre>{escape(text)}</pre>")
    return "".join(parts)
