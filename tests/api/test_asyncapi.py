"""The document of the bus says what the bus does."""

import ast
import importlib
import re

import jsonschema_rs
import pytest
import yaml
from tests.conftest import REPOSITORY

from fangwei.api import asyncapi
from fangwei.bus import subjects


@pytest.fixture(scope="module")
def document():
    return asyncapi.document()


def test_the_page_is_up_to_date():
    kept = (REPOSITORY / asyncapi.FILE).read_text("utf-8")
    assert kept == asyncapi.text(), "run: fangwei docs asyncapi"
    assert yaml.safe_load(kept)["asyncapi"] == "3.0.0"


def looked_up(document, reference):
    assert reference.startswith("#/")
    found = document
    for part in reference[2:].split("/"):
        found = found[part]
    return found


def references(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for each in node.values():
            yield from references(each)
    elif isinstance(node, list):
        for each in node:
            yield from references(each)


def test_every_reference_leads_somewhere(document):
    found = list(references(document))
    assert len(found) > 100
    for reference in found:
        assert looked_up(document, reference), reference


def test_it_has_the_parts_that_asyncapi_3_asks_for(document):
    assert document["info"]["title"] and document["info"]["version"]
    for key, channel in document["channels"].items():
        assert re.fullmatch(r"[A-Za-z0-9_.-]+", key)
        address = channel["address"]
        names = set(re.findall(r"\{(\w+)\}", address or ""))
        assert names == set(channel.get("parameters", {})), key
        assert channel["messages"], key
    for key, operation in document["operations"].items():
        assert operation["action"] in ("send", "receive"), key
        channel = looked_up(document, operation["channel"]["$ref"])
        for message in operation["messages"]:
            assert looked_up(document, message["$ref"]) in channel["messages"].values()
        assert operation["action"] == "send" or operation["reply"]["messages"], key


def test_every_example_is_what_its_schema_allows(document):
    tried = 0
    for key, channel in document["channels"].items():
        for message in channel["messages"].values():
            if "payload" in message:
                schema = {**message["payload"], "components": document["components"]}
                for shown in message["examples"]:
                    jsonschema_rs.validate(schema, shown["payload"])
                    tried += 1
            else:
                assert message["contentType"] == asyncapi.ARROW, key
    assert tried > 40


def test_what_streams_keep_is_in_the_document(document):
    kept = [c["address"].split(".{")[0] for c in document["channels"].values() if c.get("x-stream") == "EVENTS"]
    assert {f"{each}.>" for each in kept} == set(subjects.EVENTS_SUBJECTS) - {subjects.EVENTS_PROBE}


def answered():
    """(file, pattern of the subject, type of the question) of every `bus.answer(...)` in the rooms."""
    for file in sorted((REPOSITORY / "src" / "fangwei").rglob("*.py")):
        source = file.read_text("utf-8")
        if "us.answer(" not in source:
            continue
        name = ".".join(file.relative_to(REPOSITORY / "src").with_suffix("").parts)
        known = vars(importlib.import_module(name))
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("bus.answer"):
                yield name, pattern(node.args[0], known), value(node.args[1], known)


def value(node, known):
    try:
        return eval(compile(ast.Expression(node), "answered", "eval"), dict(known))
    except NameError:
        return None


def pattern(node, known):
    if isinstance(node, ast.JoinedStr):
        return "".join(pattern(part, known) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        node = node.value
    found = value(node, known)
    return re.escape(str(found)) if found is not None else ".+"


def test_every_question_that_a_room_answers_is_in_the_table_with_its_type():
    table = {asked.subject: asked.question for asked in asyncapi.ASKED}
    found = list(answered())
    assert len(found) > 15
    for module, subject, kind in found:
        documented = [table[s] for s in table if re.fullmatch(subject, s)]
        assert documented, f"{module} answers {subject}: add it to ASKED in api/asyncapi.py"
        assert kind is None or kind in documented, f"{module} answers {subject}: with {kind}, not {documented}"
    for documented in table:
        assert any(re.fullmatch(subject, documented) for _, subject, _ in found), f"nobody answers {documented}"
