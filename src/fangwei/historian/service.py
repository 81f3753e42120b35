"""The historian's process: opens the store, catches up, follows, answers."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial

import msgspec
from nats.errors import Error as NatsError

from fangwei.bus import codec, subjects
from fangwei.bus.client import Bus
from fangwei.bus.stored import StoredReadings
from fangwei.core.clock import DAY, HOUR, SECOND, now_ns, to_datetime
from fangwei.core.errors import FangweiError
from fangwei.core.events import SourceHealth
from fangwei.core.health import Health
from fangwei.core.reading import Readings
from fangwei.core.settings import Settings
from fangwei.historian import position, questions
from fangwei.historian.answers import Answers, Lane
from fangwei.historian.chdb_store import ChdbStore
from fangwei.historian.errors import HistoryStopped
from fangwei.historian.exports import Exports
from fangwei.historian.intake import RETRY_S, STOPPED, Intake
from fangwei.historian.latest import Latest
from fangwei.historian.recorded import recorder
from fangwei.historian.store import Store
from fangwei.historian.summaries import GRACE
from fangwei.plant.site import Site
from fangwei.quality.screen import Screen

LATEST_EVERY_S = 1.0
WRITE_LATEST_EVERY_S = 30.0
HOUSEKEEPING_EVERY_S = 600.0
SUM_EVERY_S = 20.0
LOOK_BACK = 15 * DAY
"""What is summed at once; older hours that a late reading touched are looked for with the housekeeping."""
Open = Callable[[Settings], Store]


def open_chdb(settings: Settings) -> Store:
    """The store of one machine."""
    return ChdbStore(settings.data / "history")


async def serve(
    settings: Settings, site: Site, bus: Bus, health: Health, stop: asyncio.Event, open_store: Open = open_chdb
) -> None:
    """Keep history until `stop` is set. Raises StoreInUse where another process has the folder."""
    store = await _opened(settings, health, stop, open_store)
    if store is None:
        return
    try:
        await _serve(settings, site, bus, health, stop, store)
    finally:
        await asyncio.to_thread(store.close)


async def _opened(settings: Settings, health: Health, stop: asyncio.Event, open_store: Open) -> Store | None:
    # A start on a full disk waits for room instead of dying again and again; None when it is to end before that.
    while not stop.is_set():
        try:
            return await asyncio.to_thread(open_store, settings)
        except (HistoryStopped, OSError) as error:
            health.state = STOPPED
            health.error("history.no_room", str(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), RETRY_S)
    return None


async def _serve(settings: Settings, site: Site, bus: Bus, health: Health, stop: asyncio.Event, store: Store) -> None:
    points = list(site.points.values())
    latest = Latest(points)
    kept_screen, live_screen = Screen.of_site(site), Screen.of_site(site)
    known = await asyncio.to_thread(store.read_latest)
    latest.restore(known)
    for screen in (kept_screen, live_screen):
        screen.apply(known)

    path = settings.data / "history" / "position.json"
    kept = position.read(path)
    stream = bus.open_stored(kept.sequence, kept.born)
    intake = Intake(store, stream, kept_screen, path, health, latest.take)

    lane = Lane()
    answers = Answers(store, latest, lane)
    exports = Exports(store, answers, lane, settings.data / "exports", recorder(settings))

    async def on_live(readings: Readings) -> None:
        # The latest values go by the live path: they are there at once, and while the disk is full.
        flags, rows = live_screen.examine(readings)
        latest.take(rows, readings, flags)

    fed_by = {source.id: [item.point for item in source.points] for source in site.sources.values()}

    async def on_source(source: SourceHealth) -> None:
        fed = fed_by.get(source.source)
        if fed and source.clock_offset_s is not None:
            intake.clock_offset(source.source, fed, source.clock_offset_s)
            live_screen.set_clock_offset(fed, source.clock_offset_s)

    async def status(question: object) -> questions.Status:
        row = (await lane.run(lambda: store.ask("stored"))).to_pylist()[0]
        return questions.Status(
            state=health.state,
            rows=int(row["rows"] or 0),
            bytes=int(row["bytes"] or 0),
            parts=int(row["parts"] or 0),
            position=stream.position,
            behind=await _behind(stream),
            lost_messages=stream.lost,
        )

    async def publish_latest() -> None:
        latest.age(now_ns())
        changes = latest.changes()
        if len(changes):
            await bus.publish(subjects.LATEST, codec.encode(changes))
        health.gauge("history.points_known", float(latest.known.sum()))

    async def write_latest() -> None:
        await asyncio.to_thread(store.write_latest, latest.unwritten(), now_ns())

    async def sum_up(since: int = 0) -> None:
        # Piece by piece, each a turn in the lane: a question in between waits for one of them at most.
        now = now_ns()
        while (hours := await lane.run(partial(store.sum_up, since or now - LOOK_BACK, now - GRACE - HOUR))) > 0:
            health.count("history.hours_summed", hours)

    async def keep_house() -> None:
        today = to_datetime(now_ns(), site.head.timezone).date()
        for screen in (kept_screen, live_screen):
            screen.set_today(today)
        health.gauge("history.free_mb", store.free_bytes() / 2**20)
        health.gauge("history.behind", float(await _behind(stream)))
        if settings.history_days:
            dropped = await lane.run(partial(store.drop_weeks_before, now_ns() - settings.history_days * DAY))
            health.count("history.weeks_dropped", len(dropped))

    async def keep_old_summaries() -> None:
        await sum_up(since=SECOND)

    await keep_house()
    await bus.hear_readings(on_live)
    await bus.hear_events(f"{subjects.SOURCES}.*", SourceHealth, on_source)
    await bus.answer(questions.LATEST, questions.AskLatest, answers.latest)
    await bus.answer(questions.RANGE, questions.AskRange, answers.range)
    await bus.answer(questions.DOWNSAMPLE, questions.AskDownsample, answers.downsample)
    await bus.answer(questions.EXPORT, questions.Export, exports.export)
    await bus.answer(questions.EXPORT_PROGRESS, questions.AskProgress, exports.progress)
    await bus.answer(questions.STATUS, dict[str, msgspec.Raw], status)
    health.state = "running"

    beside = [
        asyncio.create_task(_every(LATEST_EVERY_S, publish_latest, health)),
        asyncio.create_task(_every(WRITE_LATEST_EVERY_S, write_latest, health)),
        asyncio.create_task(_every(HOUSEKEEPING_EVERY_S, keep_house, health)),
        asyncio.create_task(_every(SUM_EVERY_S, sum_up, health)),
        asyncio.create_task(_every(HOUSEKEEPING_EVERY_S, keep_old_summaries, health)),
    ]
    try:
        await intake.run(stop)
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await exports.close()
        with contextlib.suppress(FangweiError):
            await write_latest()


async def _every(seconds: float, work: Callable[[], Awaitable[None]], health: Health) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()
        except Exception as error:
            health.error(f"history.{type(error).__name__}", str(error))


async def _behind(stream: StoredReadings) -> int:
    try:
        return max(0, (await stream.state()).last - stream.position)
    except (NatsError, OSError):
        return 0
