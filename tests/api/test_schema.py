"""Whatever the API's description allows, and much that it does not, is answered as the description says."""

import asyncio
import time

import msgspec
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fangwei.core.settings import Settings

CHECKS = [not_a_server_error, response_schema_conformance, content_type_conformance, status_code_conformance]
BUDGET_S = 40.0
"""For the whole API; a slow machine tries less of each operation, never fewer operations."""
MOST, LEAST = 12, 2
"""Cases of one operation and mode."""


def tried(operation, mode, most, session, base):
    """How often the operation was asked; fails with the case that was answered wrongly."""
    count = 0

    @given(case=operation.as_strategy(generation_mode=mode))
    @hypothesis_settings(
        max_examples=most,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case):
        nonlocal count
        count += 1
        response = case.call(base_url=base, session=session, timeout=20)
        case.validate_response(response, checks=CHECKS)

    ask()
    return count


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Asked faster than any person does."""
    return msgspec.structs.replace(settings, rate_per_s=0)


@pytest.mark.timeout(300)
async def test_every_operation_answers_as_the_description_says(door):
    description = (await door.client.get("/api/openapi.json")).json()
    operations = [found.ok() for found in schemathesis.openapi.from_dict(description).get_all_operations()]
    operations.sort(key=lambda operation: operation.path == "/api/session")  # signing out comes last
    assert len(operations) > 25
    base = str(door.client.base_url)

    def walk():
        wrong, asked = [], {}
        started = time.monotonic()
        most = MOST
        with requests.Session() as session:
            session.trust_env = False
            session.headers.update(dict(door.client.headers) | {"accept-encoding": "identity"})
            session.cookies.update(dict(door.client.cookies))
            for number, operation in enumerate(operations):
                for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                    try:
                        asked[operation.label, mode] = tried(operation, mode, most, session, base)
                    except Unsatisfiable:
                        # Where nothing is given, or any text will do, nothing can be given wrongly.
                        assert mode is GenerationMode.NEGATIVE, operation.label
                    except FailureGroup as failures:
                        told = "\n".join(str(each) for each in failures.exceptions)
                        wrong.append(f"{operation.label} ({mode.value}):\n{told[:1500]}")
                spent = time.monotonic() - started
                left = (BUDGET_S - spent) / (len(operations) - number)
                most = max(LEAST, min(MOST, round(most * left / (spent / (number + 1)))))
        return wrong, asked

    wrong, asked = await asyncio.to_thread(walk)
    assert not wrong, "\n\n".join(wrong)
    assert sum(asked.values()) > 3 * len(operations)
