"""What mkdocs does not know: pages that are not written yet, and the page of the HTTP interface, made from the code."""

from pathlib import Path
from typing import Any

REFERENCE = "<!-- reference -->"


def on_config(config: Any) -> Any:
    """Leave out of the navigation what is not there: a page may come with the room that it describes."""
    folder = Path(config["docs_dir"])
    config["nav"] = _there(config["nav"], folder)
    return config


def _there(entries: list[Any], folder: Path) -> list[Any]:
    kept: list[Any] = []
    for entry in entries:
        if isinstance(entry, dict):
            (title, content), *_ = entry.items()
            if isinstance(content, list):
                inner = _there(content, folder)
                if inner:
                    kept.append({title: inner})
            elif (folder / content).is_file():
                kept.append(entry)
        elif (folder / entry).is_file():
            kept.append(entry)
    return kept


def on_page_content(html: str, page: Any, **_: Any) -> str:
    """The reference of the HTTP interface, where its page asks for it."""
    if REFERENCE not in html:
        return html
    from fangwei.api.docs import reference

    return html.replace(REFERENCE, reference())
