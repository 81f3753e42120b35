"""What an alarm says is what a person would write."""

import pytest
from tests.alarms.alarm_plant import limit, site

from fangwei.alarms.specs import point_limits
from fangwei.core.units import UNITS, WRITTEN, written
from fangwei.plant.schema import Kind
from fangwei.plant.site import SitePoint


def test_every_unit_that_is_written_otherwise_is_a_unit():
    assert set(WRITTEN) <= set(UNITS)
    assert written("kPa").zh == "kPa"


@pytest.mark.parametrize(
    ("kind", "unit", "type", "zh", "en"),
    [
        (Kind.TEMPERATURE, "degC", "high", "高于 45 °C", "above 45 °C"),
        (Kind.VENTILATION_FLOW, "m3/h", "low", "低于 45 m³/h", "below 45 m³/h"),
        (Kind.TEMPERATURE, "degC", "rate", "超过 45 °C/秒", "faster than 45 °C/s"),
        (Kind.PROCESS, "1", "high", "高于 45", "above 45"),
    ],
)
def test_an_alarm_writes_units_as_people_do(kind, unit, type, zh, en):
    point = SitePoint.make("P-1", kind, "hall", (0.0, 0.0, 0.0), unit, limits=(limit(type=type, at=45.0),))
    message = point_limits(site(point))[0].spec.message
    assert message.zh.endswith(zh) and message.en.endswith(en)
