"""The API describes itself completely: every operation with its answer, its refusals and examples that fit."""

import re

import jsonschema_rs
import pytest

from fangwei.api.docs import openapi
from fangwei.api.examples import example
from fangwei.api.reference import fragment, operations, page
from fangwei.identity.roles import VERBS


@pytest.fixture(scope="module")
def document():
    return openapi()


def fits(document, schema, value, where):
    try:
        jsonschema_rs.validate({**schema, "components": document["components"]}, value)
    except jsonschema_rs.ValidationError as error:
        raise AssertionError(f"{where}: {error}") from None


def test_every_operation_says_what_it_answers(document):
    count = 0
    for path, method, operation in operations(document):
        good = [r for status, r in operation["responses"].items() if status.startswith(("2", "3"))]
        assert good, f"{method} {path}"
        for answer in good:
            for media, content in answer.get("content", {}).items():
                assert content.get("schema"), f"{method} {path} ({media}): name its type in api/answers.py"
                count += 1
    assert count > 25


def test_every_operation_has_a_tag_a_name_and_a_sentence(document):
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names)
    for path, method, operation in operations(document):
        assert operation["tags"] and re.fullmatch(r"[\w-]+\.\w+", operation["operationId"]), path
        assert len(operation["summary"]) > 8, f"{method} {path}: {operation['summary']}"
    for tag in document["tags"]:
        assert tag["description"] != tag["name"], f"say what {tag['name']} is about in api/openapi.py"


def test_every_example_is_allowed_by_its_schema(document):
    tried = 0
    for path, method, operation in operations(document):
        where = f"{method} {path}"
        for parameter in operation.get("parameters", ()):
            fits(document, parameter["schema"], parameter["example"], f"{where} {parameter['name']}")
            tried += 1
        bodies = [operation.get("requestBody", {})]
        answers = [r for r in operation["responses"].values() if "content" in r]
        for content in (each["content"] for each in (*bodies, *answers) if "content" in each):
            for media, one in content.items():
                if one["schema"].get("format") == "binary":
                    continue  # a picture or a document shows nothing here
                fits(document, one["schema"], one["example"], f"{where} {media}")
                tried += 1
    assert tried > 60


def test_refusals_are_problems_and_commands_say_more_of_them(document):
    for _, method, operation in operations(document):
        assert {"403", "429", "503"} <= set(operation["responses"])
        assert method == "get" or "415" in operation["responses"]
        assert "HTTPValidationError" not in str(operation)
    shown = document["components"]["responses"]["Problem404"]["content"]["application/problem+json"]
    fits(document, shown["schema"], shown["example"], "404")


def test_every_operation_says_by_which_verb_it_opens_or_that_it_is_for_anybody(document):
    for path, method, operation in operations(document):
        if operation.get("security") == []:
            open_to_all = path in ("/api/session", "/api/health") or path.startswith("/api/sign-in/")
            assert open_to_all, f"{method} {path} is open to everybody"
        else:
            assert operation["x-verb"] in VERBS and f"`{operation['x-verb']}`" in operation["description"]


def test_an_operation_names_the_refusals_that_it_can_give_and_no_others(document):
    def refused(path, method="get"):
        return {int(s) for s in document["paths"][path][method]["responses"] if s >= "4"}

    assert refused("/api/plan") == {401, 403, 429, 500, 503}, "nothing is given that could be wrong"
    assert refused("/api/alarms") == {400, 401, 403, 404, 422, 429, 500, 502, 503}
    assert not {412, 428} & refused("/api/alarms/acknowledge", "post"), "it is no edit"
    assert {404, 409, 412, 413, 415, 422, 428} <= refused("/api/work/hazards/{hazard}/assign", "post")
    assert 401 not in refused("/api/health") and 502 not in refused("/api/account")


def test_a_token_opens_what_needs_no_proof_of_a_person(document):
    schemes = document["components"]["securitySchemes"]
    assert schemes["token"]["scheme"] == "bearer" and schemes["session"]["in"] == "cookie"
    assert document["security"] == [{"session": []}, {"token": []}]
    assert document["paths"]["/api/alarms/review_limit"]["post"]["security"] == [{"session": []}]
    assert "security" not in document["paths"]["/api/alarms"]["get"]


async def test_what_the_interface_can_is_told_to_who_is_signed_in(door):
    nobody = await door.anonymous()
    for path in ("/api/openapi.json", "/api/docs"):
        assert (await nobody.get(path)).status_code == 401
        assert (await (await door.client_of("auditor")).get(path)).status_code == 200


def test_no_schema_is_named_in_vain(document):
    named = set(re.findall(r"#/components/schemas/([\w.-]+)", str(document)))
    assert named <= set(document["components"]["schemas"])


def test_what_the_door_answers_is_what_the_page_shows(document):
    shown = fragment(document)
    for path, _, operation in operations(document):
        assert f'id="{operation["operationId"]}"' in shown and path.split("{")[0] in shown


def test_the_page_has_no_script_and_escapes_what_it_shows(document):
    hostile = {**document, "info": {"title": "<script>alert(1)</script>", "description": "</pre><img src=x>"}}
    text = page(hostile, "nonce-of-the-test")
    assert "<script" not in text and "<img" not in text and 'nonce="nonce-of-the-test"' in text


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "enum": ["b", "a"]}, "b"),
        ({"anyOf": [{"type": "null"}, {"type": "integer", "minimum": 3}]}, 3),
        ({"type": "number", "exclusiveMinimum": 0}, 1),
        ({"type": "array", "items": {"type": "boolean"}, "minItems": 2}, [True, True]),
        ({"type": "object", "properties": {"seconds": {"type": "number", "maximum": 10}}}, {"seconds": 0}),
        ({"$ref": "#/components/schemas/Node"}, {}),
    ],
)
def test_an_example_is_made_for_any_schema(schema, expected):
    loop = {"Node": {"$ref": "#/components/schemas/Node"}}
    assert example(schema, loop) == expected
