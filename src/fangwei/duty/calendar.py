"""Turns of duty from an iCalendar file (RFC 5545), as exported by roster programs and calendars.

SUMMARY = person id (or the name in either language), LOCATION = zone ids by commas (empty: the whole site),
X-FANGWEI-STEP = step (0 when absent). Times without a zone are the site's. RRULE, RDATE, EXDATE, RECURRENCE-ID and
STATUS:CANCELLED are followed within the window asked for.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Calendar

from fangwei.core.clock import from_datetime
from fangwei.core.texts import Text
from fangwei.duty.errors import CalendarUnreadable
from fangwei.duty.plan import Turn
from fangwei.plant.schema import Person

MOST_TURNS = 20_000
"""In one window; a calendar that says `every second` is a mistake or an attack."""


def turns(
    content: bytes, name: str, people: Iterable[Person], zones: Iterable[str], timezone: str, first: date, last: date
) -> tuple[list[Turn], list[Text]]:
    """The turns that touch the days `first` to `last` (site time), and a sentence per event that cannot be used.

    Raises:
        CalendarUnreadable: the content is no iCalendar, or holds more turns than `MOST_TURNS`.
    """
    try:
        calendar = Calendar.from_ical(content)
        events: list[Any] = list(calendar.walk("VEVENT"))
    except (ValueError, KeyError, IndexError, AttributeError) as error:
        raise CalendarUnreadable(name=name, why=str(error)[:200]) from error
    local = ZoneInfo(timezone)
    window = (
        datetime.combine(first, time(), tzinfo=local),
        datetime.combine(last + timedelta(days=1), time(), tzinfo=local),
    )
    ids: dict[str, str] = {}
    for person in people:
        ids |= {person.id: person.id, person.name.zh: person.id, person.name.en: person.id}
    known_zones = set(zones)
    # A changed occurrence replaces the one of the series that it names.
    replaced = {
        (str(event.get("UID")), _instant(event["RECURRENCE-ID"].dt, local))
        for event in events
        if event.get("RECURRENCE-ID") is not None
    }
    found: list[Turn] = []
    refused: list[Text] = []
    for event in events:
        summary = str(event.get("SUMMARY", "")).strip()
        try:
            if str(event.get("STATUS", "")).upper() == "CANCELLED":
                continue
            person_id = ids[summary]
            places = [part.strip() for part in str(event.get("LOCATION", "")).split(",") if part.strip()]
            strange = [place for place in places if place not in known_zones]
            if strange:
                refused.append(_refusal(summary, f"没有分区 {strange[0]}", f"there is no zone {strange[0]}"))
                continue
            step = int(str(event.get("X-FANGWEI-STEP", 0)))
            if not 0 <= step <= 9:
                refused.append(_refusal(summary, f"步骤 {step} 不在 0 到 9 之间", f"step {step} is not within 0 to 9"))
                continue
            length = _length(event, local)
            for start in _starts(event, local, window, length):
                begin = from_datetime(start)
                if event.get("RECURRENCE-ID") is None and (str(event.get("UID")), begin) in replaced:
                    continue
                found.append(Turn(person_id, begin, from_datetime(start + length), frozenset(places), step))
                if len(found) > MOST_TURNS:
                    raise CalendarUnreadable(name=name, why=f"> {MOST_TURNS}")
        except KeyError:
            refused.append(_refusal(summary, "不是值班人员", "this is nobody of the duty file"))
        except (ValueError, TypeError, OverflowError) as error:
            refused.append(_refusal(summary, str(error)[:100], str(error)[:100]))
    return found, refused


def _refusal(summary: str, zh: str, en: str) -> Text:
    return Text(f"日历事件“{summary[:60]}”未采用：{zh}", f'Calendar event "{summary[:60]}" is not used: {en}')


def _moment(value: date | datetime, local: ZoneInfo) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=local)
    return datetime.combine(value, time(), tzinfo=local)


def _instant(value: date | datetime, local: ZoneInfo) -> int:
    return from_datetime(_moment(value, local))


def _length(event: Any, local: ZoneInfo) -> timedelta:
    """Wall-clock length: a night shift of 8 hours by the clock stays so when the clock changes."""
    start = event["DTSTART"].dt
    if event.get("DTEND") is not None:
        end = _moment(event["DTEND"].dt, local)
        length = end.replace(tzinfo=None) - _moment(start, local).astimezone(end.tzinfo).replace(tzinfo=None)
    elif event.get("DURATION") is not None:
        length = event["DURATION"].dt
    else:
        length = timedelta(days=1) if not isinstance(start, datetime) else timedelta(0)
    if length <= timedelta(0):
        raise ValueError("the event ends before it starts")
    return length


def _starts(event: Any, local: ZoneInfo, window: tuple[datetime, datetime], length: timedelta) -> Iterable[datetime]:
    first = _moment(event["DTSTART"].dt, local)
    zone = first.tzinfo
    low = (window[0].astimezone(zone) - length).replace(tzinfo=None)
    high = window[1].astimezone(zone).replace(tzinfo=None)
    excluded = {_instant(value, local) for value in _listed(event.get("EXDATE"))}
    if event.get("RRULE") is None:
        candidates = [first.replace(tzinfo=None)]
    else:
        text = event["RRULE"].to_ical().decode()
        if re.search(r"FREQ=(SECONDLY|MINUTELY)", text, re.IGNORECASE):
            raise ValueError("a turn of duty cannot recur every second or minute")
        text = re.sub(r"UNTIL=(\d{8}T\d{6})Z", lambda match: f"UNTIL={_until(match.group(1), zone)}", text)
        rule = rrulestr(text, dtstart=first.replace(tzinfo=None))
        candidates = rule.between(low, high, inc=True)
    candidates = [
        *candidates,
        *(_moment(v, local).astimezone(zone).replace(tzinfo=None) for v in _listed(event.get("RDATE"))),
    ]
    for wall in sorted(set(candidates)):
        if low < wall < high and from_datetime(wall.replace(tzinfo=zone)) not in excluded:
            yield wall.replace(tzinfo=zone)


def _until(utc: str, zone: Any) -> str:
    moment = datetime.strptime(utc + "+0000", "%Y%m%dT%H%M%S%z").astimezone(zone)
    return moment.strftime("%Y%m%dT%H%M%S")


def _listed(value: Any) -> list[date | datetime]:
    if value is None:
        return []
    several = value if isinstance(value, list) else [value]
    return [item.dt for entry in several for item in entry.dts]
