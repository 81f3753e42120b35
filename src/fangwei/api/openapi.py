"""The OpenAPI document: what FastAPI finds in the routes, and what it cannot know.

Routes pass on the bytes of a room's answer, so that their types are not in Python's annotations: answers.py names
them, and the schemas are made from the msgspec structs. Every operation gets the problems it may answer with, and every
body, parameter and answer an example made from its schema (examples.py).
"""

import secrets
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from starlette.responses import HTMLResponse, Response

from fangwei.api.callers import Needs, needs
from fangwei.api.context import as_json
from fangwei.api.examples import example
from fangwei.api.problems import MEDIA_TYPE, ProblemBody
from fangwei.api.reference import operations, page
from fangwei.identity.caller import Caller

REF = "#/components/schemas/{name}"
JSON = "application/json"

ABOUT = """\
Everything that the pages do, a program can do.

* **Lists** take `offset`, `limit`, `q` and `sort` and answer `{total, offset, items}`.
* **Edits** of what two people may edit answer `ETag: "<revision>"` and require `If-Match` (428 without, 412 if stale).
* **Commands** carry an `id`; sent again with the same id they take effect once.
* **Refusals** are `application/problem+json` with a stable `code` and `text` in Chinese and English.
* **Who asks** is known by the session's cookie or by a machine's token (`Authorization: Bearer fwt_...`).
* **Times** are whole nanoseconds since 1970, UTC.
"""

TAGS = {
    "site": "The site, its points and the people of its duty file",
    "history": "Readings: latest, trends, raw",
    "alarms": "What stands, what happened, and what one may do about it",
    "incidents": "Alarms of one cause, who has them, what was done",
    "session": "Signing in and out, and who one is",
    "people": "Accounts and roles",
    "tokens": "Machines' tokens",
    "duty": "Who is on duty, who was told",
    "reactions": "Real-time rules: written, tried on history, armed by two persons; what they did",
    "flows": "Flows as they are drawn: drafts, their BPMN, versions",
    "runs": "Runs of flows: permits, inspections and whatever was drawn; their steps, alarms and history",
    "audit": "The record of who did what, whether it is whole, and taking some of it away",
    "system": "How the platform itself is",
    "work": "Hidden hazards (隐患) from report to verified, and the codes that hang at the place",
}

REFUSALS = {
    400: "Refused as it stands",
    401: "Not signed in",
    403: "Not allowed",
    404: "There is no such thing",
    409: "Not possible in the present state",
    412: "Somebody else changed it meanwhile; `current` is how it is now",
    413: "More bytes than any command needs",
    415: "The body is of another type",
    422: "Not understood; `errors` names every field",
    428: "The edit does not say which revision it was made from",
    429: "Too often",
    500: "A fault of ours, recorded",
    502: "A room met a fault, recorded",
    503: "A room does not answer",
}
NAMES = frozenset({"zone", "point", "alarm"})
"""Parameters that name a thing, which may not be there."""
ANY = (403, 429, 500)
"""Another host's name, too often, a fault of ours: whatever is asked."""
OWN = frozenset({"site", "session", "people", "tokens"})
"""Tags of what the door answers by itself; the others ask a room, which may have met a fault."""


def install(app: FastAPI) -> None:
    """Make the application describe itself completely."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            found = get_openapi(title=app.title, version=app.version, description=ABOUT, routes=app.routes)
            # The types live in rooms that the door does without until somebody asks.
            from fangwei.api.answers import ANSWERS, MEDIA

            document = complete(found, ANSWERS, MEDIA)
            _say_who_may(document, app)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's own way to say it

    # What could be asked of the plant is told to whoever may look at it, and to nobody else.
    @app.get("/api/openapi.json", include_in_schema=False)
    async def description(caller: Annotated[Caller, needs("plant.read")]) -> Response:
        return as_json(document())

    @app.get("/api/docs", include_in_schema=False)
    async def docs(caller: Annotated[Caller, needs("plant.read")]) -> HTMLResponse:
        nonce = secrets.token_urlsafe(16)
        policy = f"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; frame-ancestors 'none'"
        return HTMLResponse(page(document(), nonce), headers={"content-security-policy": policy})


def _say_who_may(document: dict[str, Any], app: FastAPI) -> None:
    """The verb that opens each operation, and how one says who one is."""
    components = document["components"]
    components["securitySchemes"] = {
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": app.state.cookie,
            "description": "Set by POST /api/session",
        },
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "A machine's token, made on the people page; its scopes are verbs",
        },
    }
    document["security"] = [{"session": []}, {"token": []}]
    for route in iter_route_contexts(app.routes):
        path = getattr(route, "path_format", None)
        if path not in document["paths"]:
            continue
        needed = [found.call for found in route.dependant.dependencies if isinstance(found.call, Needs)]
        for method in route.methods or ():
            operation = document["paths"][path][method.lower()]
            if not needed:
                operation["security"] = []
                continue
            verb = needed[0].verb
            proof = " and a second proof of the last five minutes" if needed[0].proof else ""
            operation["x-verb"] = verb
            operation["responses"].setdefault("401", {"$ref": "#/components/responses/Problem401"})
            if needed[0].proof:
                operation["security"] = [{"session": []}]  # no machine can prove to be a person
            operation["description"] = f"{operation.get('description', '')}\n\nNeeds `{verb}`{proof}.".strip()


def complete(
    document: dict[str, Any], answers: Mapping[str, Any], media: Mapping[str, tuple[str, str]]
) -> dict[str, Any]:
    """The document with the rooms' schemas, problems and examples. Pure, but changes what it is given.

    Raises:
        ValueError: two different types bear one name.
    """
    components = document.setdefault("components", {})
    schemas: dict[str, Any] = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    kinds = [*dict.fromkeys(answers.values()), ProblemBody]
    made, parts = msgspec.json.schema_components(kinds, ref_template=REF)
    shapes = dict(zip(kinds, made, strict=True))
    _merge(schemas, parts)
    for _, _, operation in operations(document):
        answer = next(each for status, each in operation["responses"].items() if status.startswith(("2", "3")))
        name = operation["operationId"]
        if name in answers:
            answer["content"] = {JSON: {"schema": shapes[answers[name]]}}
        elif name in media:
            kind, shown = media[name]
            answer["content"] = {kind: {"schema": {"type": "string"}, "example": shown}}
    components["responses"] = {f"Problem{status}": _problem(status, text) for status, text in REFUSALS.items()}
    for path, method, operation in operations(document):
        operation["responses"].pop("422", None)
        for status in refusals(path, method, operation):
            operation["responses"].setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})
        _exemplify(operation, schemas)
        operation.setdefault("tags", [path.split("/")[2]])
        # FastAPI makes the summary of the function's name; its docstring says more.
        told = operation.get("description", "").split("\n\n")[0].replace("\n", " ").strip()
        if told:
            operation["summary"] = told.split(". ")[0].rstrip(".")
    used = dict.fromkeys(tag for _, _, operation in operations(document) for tag in operation["tags"])
    document["tags"] = [{"name": tag, "description": TAGS.get(tag, tag)} for tag in used]
    return document


def refusals(path: str, method: str, operation: dict[str, Any]) -> list[int]:
    """The statuses by which an operation can refuse, besides 401. Pure."""
    found = [*ANY]
    given = operation.get("parameters", ())
    tag = operation.get("tags", [path.split("/")[2]])[0]
    if given or method != "get":
        found += [400, 422]
    if method != "get":
        found += [413, 415]
        # Signing in and out never fails for what stands; every other command may.
        found += [401] if tag == "session" else []
    if "{" in path or any(p["name"] in NAMES for p in given) or method != "get":
        found += [404]
    # Passkeys work only where the page was opened by its name.
    if method != "get" or (tag not in OWN and "{" in path) or path.endswith("/passkey"):
        found += [409]
    if any(p["in"] == "header" and p["name"].lower() == "if-match" for p in given):
        found += [412, 428]
    if tag not in OWN:
        found += [502]
    return sorted([*found, 503])


def _merge(schemas: dict[str, Any], parts: dict[str, Any]) -> None:
    for name, schema in parts.items():
        there = schemas.setdefault(name, schema)
        # pydantic and msgspec list the choices of one enum in different order
        same = there == schema or sorted(there.get("enum", [0])) == sorted(schema.get("enum", [1]))
        if not same:
            raise ValueError(f"two types are called {name} in the API's description")


def _problem(status: int, description: str) -> dict[str, Any]:
    shown = {
        "type": "urn:fangwei:api.point_unknown",
        "title": "Point unknown",
        "status": status,
        "detail": "There is no point EF-GAS-99",
        "instance": "/api/points/EF-GAS-99",
        "code": "api.point_unknown",
        "text": {"zh": "没有测点 EF-GAS-99", "en": "There is no point EF-GAS-99"},
    }
    schema = {"$ref": REF.format(name="ProblemBody")}
    content: dict[str, Any] = {"schema": schema}
    if status == 404:
        content["example"] = shown
    return {"description": description, "content": {MEDIA_TYPE: content}}


def _exemplify(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        if "example" not in parameter and "schema" in parameter:
            parameter["example"] = example(parameter["schema"], schemas, parameter["name"])
    contents = [operation.get("requestBody", {}).get("content", {})]
    contents += [answer.get("content", {}) for answer in operation["responses"].values()]
    for content in contents:
        for media in content.values():
            if media.get("schema", {}).get("format") == "binary":
                continue  # a picture or a document shows nothing here
            if media.get("schema") and "example" not in media:
                media["example"] = example(media["schema"], schemas)
