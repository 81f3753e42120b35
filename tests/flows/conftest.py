from collections.abc import Iterator

import pytest
from SpiffWorkflow.bpmn.specs.event_definitions import timer
from tests.flows.tried import EIGHT, Clock, Clocked, has_fired

from fangwei.feel.interpreter import Feel


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Clock]]:
    """Timers of the engine go by a clock that the test pushes."""
    Clock.now = EIGHT
    monkeypatch.setattr(timer, "datetime", Clocked)
    for kind in (timer.DurationTimerEventDefinition, timer.TimeDateEventDefinition):
        monkeypatch.setattr(kind, "has_fired", has_fired)
    yield Clock


@pytest.fixture(scope="session")
def feel() -> Iterator[Feel]:
    made = Feel()
    yield made
    made.close()
