from collections.abc import Iterator

import pytest
from SpiffWorkflow.bpmn.specs.event_definitions import timer
from tests.flows.tried import EIGHT, Clock, Clocked


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Clock]]:
    """Timers of the engine go by a clock that the test pushes."""
    Clock.now = EIGHT
    monkeypatch.setattr(timer, "datetime", Clocked)
    yield Clock
