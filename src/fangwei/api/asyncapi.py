"""The bus as an AsyncAPI 3 document: subjects, streams, events, questions and commands, each with its schema.

`python -m fangwei.api.asyncapi` (or `fangwei docs asyncapi`) writes docs/asyncapi.yaml. The table below is the only
thing written by hand; a test compares it with what the rooms answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import yaml

from fangwei.alarms import schemas as alarms
from fangwei.alarms.kpi import KpiRow
from fangwei.alarms.kpi_report import KpiReport
from fangwei.alarms.overrides import LimitState
from fangwei.alarms.proposal import Proposal
from fangwei.api.examples import example
from fangwei.audit import service as audit
from fangwei.audit.listing import AskRecord, RecordPage
from fangwei.bus import subjects
from fangwei.bus.client import EVENTS_KEPT_S, READINGS_KEPT_BYTES, READINGS_KEPT_S
from fangwei.core.events import (
    AlarmEvent,
    AlarmStatus,
    FlowEvent,
    Incident,
    IncidentEvent,
    Notice,
    PlantOrder,
    Problem,
    SourceHealth,
    Told,
)
from fangwei.core.health import HealthReport
from fangwei.core.orders import OrderReceipt, PlantSignal
from fangwei.duty import chain_desk, contact_shapes, handover, planner, tell
from fangwei.duty import service as duty
from fangwei.duty.chains import Chain
from fangwei.duty.dry import DryRun
from fangwei.duty.week import Week
from fangwei.flows import commands as flows
from fangwei.historian import questions as historian
from fangwei.incidents import photos
from fangwei.incidents import service as incidents
from fangwei.incidents.commands import Order
from fangwei.reactions import questions as reactions
from fangwei.work import questions as work
from fangwei.work.figures import Figures
from fangwei.work.hazards import FoundHazard, Report, Step

FILE = Path("docs/asyncapi.yaml")
JSON = "application/json"
ARROW = "application/vnd.apache.arrow.stream"
READINGS = (
    "One Arrow IPC stream per message (`bus/codec.py`): columns point (uint64 key), source_time, receive_time "
    "(int64, UTC ns), value (float64), quality (uint32 flags)"
)


@dataclass(frozen=True)
class Said:
    """What a room says without being asked."""

    subject: str
    """`{name}` stands for one token."""
    content: Any
    """A type, or None: Arrow."""
    summary: str
    stream: str | None = None
    """Where it is kept for who was away."""


@dataclass(frozen=True)
class Asked:
    """A question or command and its answer."""

    subject: str
    question: Any
    answer: Any
    """A type, or None: Arrow."""
    summary: str


SAID = (
    Said(f"{subjects.READINGS}.{{source}}", None, "Readings of one source as they come in", subjects.READINGS_STREAM),
    Said(f"{subjects.ALARMS}.{{zone}}", AlarmEvent, "One transition of one alarm", subjects.EVENTS_STREAM),
    Said(
        f"{subjects.INCIDENTS}.{{incident}}",
        IncidentEvent,
        "An incident changed: the whole picture and the new lines",
        subjects.EVENTS_STREAM,
    ),
    Said(f"{subjects.NOTICES}.{{person}}", Notice, "Somebody is told something", subjects.EVENTS_STREAM),
    Said(f"{subjects.FLOWS}.{{run}}", FlowEvent, "A run of a flow changed: the whole of how it stands"),
    Said(
        f"{subjects.ORDERS}.{{kind}}",
        PlantOrder,
        "Something the plant shall do, decided by a flow or a real-time rule",
        subjects.EVENTS_STREAM,
    ),
    Said(f"{subjects.TOLD}.{{run}}", Told, "Persons and roles shall know this of a run", subjects.EVENTS_STREAM),
    Said(f"{subjects.RECEIPTS}.{{kind}}", OrderReceipt, "What became of an order at a device", subjects.EVENTS_STREAM),
    Said(f"{subjects.SIGNALS}.{{name}}", PlantSignal, "A forecast or finding, by name", subjects.EVENTS_STREAM),
    Said(f"{subjects.REACTIONS}.{{rule}}", reactions.Firing, "A real-time rule fired"),
    Said(f"{subjects.LIMITS}.{{point}}", alarms.LimitInForce, "People changed a limit"),
    Said(f"{subjects.SOURCES}.{{source}}", SourceHealth, "How a field connection is, every second"),
    Said(f"{subjects.HEALTH}.{{process}}", HealthReport, "How a process is, every second"),
    Said(subjects.LATEST, None, "The latest of the points that changed since the last second"),
)

_ALARM_COMMANDS = {
    "shelve": "Out of sight for a time; it comes back by itself",
    "unshelve": "Bring a shelved alarm back",
    "put_back": "Back in service",
    "reset": "Reset a latched alarm",
}
_INCIDENT_COMMANDS = {
    "take": "I have it: stops the escalation",
    "release": "Hand it back; the escalation goes on",
    "hand": "Ask another person to take it; it stays with its owner until then",
    "note": "A line in a person's own words",
    "settle": "Who has it says that it is under control",
    "close": "A person says that it is over",
}
_WORK_COMMANDS = {
    "assign": "Give a hazard to somebody, with a deadline",
    "fix": "It has been put right; somebody else checks",
    "verify": "Checked by another person, and right: closed",
    "return": "Checked, and not right yet: back to who works on it",
    "reject": "No hazard, or reported before",
}
_FLOW_COMMANDS = {
    flows.Start: "Start a run of a published flow; the command's id becomes its own",
    flows.Submit: "Do an open step",
    flows.Pause: "Stop a run",
    flows.Resume: "Let a held run go on",
    flows.Withdraw: "The applicant takes it back",
    flows.Cancel: "Void it, with a reason",
    flows.Move: "Go on by another version; refused where its place is not there",
}
_A, _D = subjects.ASK, subjects.DO

ASKED = (
    Asked(historian.LATEST, historian.AskLatest, historian.LatestAnswer, "Latest reading of each point"),
    Asked(historian.RANGE, historian.AskRange, None, "Raw readings of one point"),
    Asked(historian.DOWNSAMPLE, historian.AskDownsample, historian.Downsampled, "Points in equal buckets of time"),
    Asked(historian.STATUS, dict[str, msgspec.Raw], historian.Status, "What the history holds, how far behind it is"),
    Asked(historian.EXPORT, historian.Export, historian.Exported, "Write points to a Parquet file"),
    Asked(historian.EXPORT_PROGRESS, historian.AskProgress, historian.Progress, "How far an export is"),
    Asked(f"{_A}.alarms.list", alarms.ListAsked, list[AlarmStatus], "Alarms as they stand; null: all but normal"),
    Asked(f"{_A}.alarms.journal", alarms.JournalAsked, alarms.JournalPage, "Transitions, newest first"),
    Asked(f"{_A}.alarms.kpi", alarms.KpiAsked, list[KpiRow], "ISA-18.2 / EEMUA 191 figures"),
    Asked(f"{_D}.alarms.acknowledge", alarms.AcknowledgeAsked, alarms.Acknowledged, "Acknowledge many alarms"),
    Asked(f"{_A}.alarms.kpi_report", alarms.KpiAsked, KpiReport, "The figures with what stands behind them"),
    Asked(f"{_A}.alarms.limits", dict, list[alarms.LimitInForce], "Every limit that people changed"),
    Asked(f"{_A}.alarms.limit", alarms.LimitAsked, LimitState, "One limit: in force, in the file, its history"),
    Asked(f"{_A}.alarms.check_limit", alarms.CheckAsked, alarms.Checked, "What a setting would do"),
    Asked(f"{_A}.alarms.proposals", alarms.ProposalsAsked, alarms.Proposals, "What waits for a second person"),
    Asked(f"{_D}.alarms.propose_limit", alarms.ProposeLimit, Proposal, "Propose another setting of a limit"),
    Asked(f"{_D}.alarms.propose_take_out", alarms.ProposeTakeOut, Proposal, "Ask to take an alarm out of service"),
    Asked(f"{_D}.alarms.review", alarms.Review, Proposal, "A second person approves or rejects"),
    Asked(f"{_D}.alarms.withdraw", alarms.Withdraw, Proposal, "The proposer takes a proposal back"),
    *(Asked(f"{_D}.alarms.{n}", alarms.Command, AlarmStatus, s) for n, s in _ALARM_COMMANDS.items()),
    Asked(f"{_A}.incidents.list", incidents.AskList, incidents.Listed, "Incidents; null: those not over"),
    Asked(f"{_A}.incidents.show", incidents.AskShow, incidents.Shown, "One incident with its timeline"),
    Asked(f"{_A}.incidents.chatterers", dict, list[incidents.Chatterer], "Alarms that cry too often"),
    *(Asked(f"{_D}.incidents.{n}", Order, Incident, s) for n, s in _INCIDENT_COMMANDS.items()),
    Asked(f"{_A}.incidents.photos", photos.AskPhotos, list[photos.Photo], "Photos of an incident, erased ones too"),
    Asked(f"{_A}.incidents.photo", photos.AskPhoto, photos.Photo, "One photo that has its picture"),
    Asked(f"{_D}.incidents.add_photo", photos.AddPhoto, photos.Photo, "Keep a photo that lies in the data folder"),
    Asked(f"{_D}.incidents.erase_photo", photos.ErasePhoto, photos.Photo, "Remove a photo's picture"),
    Asked(f"{_A}.work.list", work.Filter, work.Listed, "Hidden hazards, a page of them"),
    Asked(f"{_A}.work.show", work.AskShow, work.Shown, "One hazard with every step"),
    Asked(f"{_A}.work.figures", work.AskFigures, Figures, "What is open and late, and how long closing takes"),
    Asked(f"{_D}.work.report", Report, FoundHazard, "A hazard somebody found; the command's id becomes its own"),
    *(Asked(f"{_D}.work.{n}", Step, FoundHazard, s) for n, s in _WORK_COMMANDS.items()),
    Asked(f"{_A}.flows.runs", flows.AskRuns, flows.RunsPage, "Runs of flows, a page of them"),
    Asked(f"{_A}.flows.run", flows.AskRun, flows.Shown, "One run with its data, history and findings"),
    Asked(f"{_A}.flows.move", flows.AskMove, flows.Moved, "What moving a run to a version would change"),
    Asked(f"{_A}.flows.tasks", flows.AskTasks, flows.TasksPage, "Open steps that a person may do"),
    Asked(f"{_A}.flows.offers", flows.AskOffers, list[flows.Offer], "Flows that somebody may start"),
    Asked(f"{_A}.flows.findings", flows.AskFindings, flows.FindingsPage, "Alarms that rules raised about runs"),
    Asked(f"{_D}.flows.signal", flows.Signal, flows.Signalled, "Give a signal to every run of the zones"),
    *(Asked(f"{_D}.flows.{c.__struct_config__.tag}", c, flows.Answer, s) for c, s in _FLOW_COMMANDS.items()),
    Asked(f"{_A}.reactions.list", reactions.AskRules, reactions.Rules, "Real-time rules and how each stands"),
    Asked(f"{_A}.reactions.show", reactions.AskRule, reactions.Standing, "One rule"),
    Asked(f"{_A}.reactions.check", reactions.AskCheck, reactions.Checked, "What a rule would be refused or warned for"),
    Asked(f"{_A}.reactions.firings", reactions.AskFirings, reactions.Firings, "What fired, by what, and its commands"),
    Asked(f"{_A}.reactions.dry_run", reactions.AskTry, reactions.TryResult, "How far a try against history is"),
    Asked(f"{_D}.reactions.save", reactions.SaveRule, reactions.Standing, "A new rule or a new revision"),
    Asked(f"{_D}.reactions.dry_run", reactions.TryRule, reactions.TryResult, "Run a rule against history"),
    Asked(f"{_D}.reactions.arm", reactions.OnRule, reactions.Standing, "Propose to arm, or arm as the second person"),
    Asked(f"{_D}.reactions.disarm", reactions.OnRule, reactions.Standing, "Stop a rule"),
    Asked(f"{_D}.duty.tell", tell.TellPeople, tell.PeopleTold, "Tell people what no incident tells"),
    Asked(f"{_A}.audit.list", AskRecord, RecordPage, "The record of who did what, a page of it"),
    Asked(f"{_A}.audit.verify", audit.AskStanding, audit.Standing, "How the record's chain stands, and its seal"),
    Asked(f"{_D}.audit.export", audit.ExportRecord, audit.RecordExported, "Write a piece of the record to a file"),
    Asked(f"{_A}.duty.on_duty", duty.AskOnDuty, list[duty.OnDutyStep], "Who answers for a zone, step by step"),
    Asked(f"{_A}.duty.notices", duty.AskNotices, list[Notice], "Who was told of an incident"),
    Asked(f"{_A}.duty.week", planner.AskWeek, Week, "The rota of some days, with its gaps"),
    Asked(f"{_A}.duty.changes", planner.AskChanges, planner.ChangesPage, "Every change of the rota, newest first"),
    Asked(f"{_A}.duty.preview", planner.AskPreview, planner.Preview, "What a change of the rota would do"),
    Asked(f"{_D}.duty.change_rota", planner.ChangeRota, planner.ToldChange, "Change the rota, or take a change back"),
    Asked(f"{_A}.duty.chains", dict, chain_desk.Chains, "Escalation chains"),
    Asked(f"{_A}.duty.dry_run", chain_desk.AskDryRun, DryRun, "Who would be told when; nothing is sent"),
    Asked(f"{_D}.duty.save_chain", chain_desk.SaveChain, Chain, "A new escalation chain, or a revision of one"),
    Asked(f"{_D}.duty.remove_chain", chain_desk.RemoveChain, Chain, "Take an escalation chain away"),
    Asked(
        f"{_A}.duty.contacts", contact_shapes.AskContacts, list[contact_shapes.ToldContact], "Ways to reach a person"
    ),
    Asked(f"{_D}.duty.save_contact", contact_shapes.SaveContact, contact_shapes.ToldContact, "A person's own channel"),
    Asked(f"{_D}.duty.remove_contact", contact_shapes.RemoveContact, contact_shapes.Gone, "Take a channel away"),
    Asked(f"{_D}.duty.test_contact", contact_shapes.TestContact, Notice, "Send a real test notice"),
    Asked(
        f"{_A}.duty.receipts",
        contact_shapes.AskReceipts,
        contact_shapes.Receipts,
        "What became of notices, newest first",
    ),
    Asked(f"{_A}.duty.open", dict, handover.OpenItems, "What the next shift must know"),
    Asked(f"{_A}.duty.handovers", handover.AskHandovers, handover.Handovers, "Hand-over notes, newest first"),
    Asked(f"{_A}.duty.handover", handover.AskHandover, handover.Handover, "One hand-over note"),
    Asked(f"{_D}.duty.hand_over", handover.HandOver, handover.Handover, "Hand the shift over"),
    Asked(f"{_D}.duty.confirm_handover", handover.ConfirmHandover, handover.Handover, "The shift is taken over"),
    Asked(f"{_D}.duty.arrived", duty.Confirm, Notice, "A notice reached the person's device"),
    Asked(f"{_D}.duty.read", duty.Confirm, Notice, "The person opened the notice"),
    Asked(f"{_A}.connect.sources", dict[str, Any] | None, list[SourceHealth], "How every field connection is"),
)

STREAMS: dict[str, dict[str, Any]] = {
    subjects.READINGS_STREAM: {
        "subjects": [f"{subjects.READINGS}.>"],
        "keptSeconds": READINGS_KEPT_S,
        "keptBytes": READINGS_KEPT_BYTES,
    },
    subjects.EVENTS_STREAM: {"subjects": subjects.EVENTS_SUBJECTS, "keptSeconds": EVENTS_KEPT_S},
    subjects.FIELD_STREAM: {"subjects": ["the topics of the site's MQTT sources"]},
}

ABOUT = (
    "What the rooms of Fangwei tell and ask each other over NATS. Events are JSON unless said; delivery is at least "
    "once, an event's `id` tells whether it was seen before, and an event never changes in meaning, it is only added "
    "to. A refused question or command is answered with a Problem and the header `Fangwei-Problem: <code>`."
)


def document() -> dict[str, Any]:
    """The whole document. Pure."""
    kinds = [*(s.content for s in SAID), *(k for a in ASKED for k in (a.question, a.answer)), Problem]
    schemas = _schemas([kind for kind in kinds if kind is not None])
    components = schemas.components
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for said in SAID:
        key = _key(said.subject)
        channels[key] = _channel(said.subject, {"event": schemas.message(said.content)}, said.summary)
        if said.stream:
            channels[key]["x-stream"] = said.stream
        operations[f"say.{key}"] = {
            "action": "send",
            "channel": _ref("channels", key),
            "summary": said.summary,
            "messages": [_ref("channels", key, "messages", "event")],
        }
    for asked in ASKED:
        key, reply = _key(asked.subject), f"{_key(asked.subject)}.reply"
        channels[key] = _channel(asked.subject, {"question": schemas.message(asked.question)}, asked.summary)
        answers = {"answer": schemas.message(asked.answer), "problem": schemas.message(Problem)}
        channels[reply] = {"address": None, "messages": answers}
        operations[key] = {
            "action": "receive",
            "channel": _ref("channels", key),
            "summary": asked.summary,
            "messages": [_ref("channels", key, "messages", "question")],
            "reply": {
                "address": {"location": "$message.header#/reply", "description": "NATS reply subject"},
                "channel": _ref("channels", reply),
                "messages": [_ref("channels", reply, "messages", name) for name in answers],
            },
        }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Fangwei 防微: the bus", "version": version("fangwei"), "description": ABOUT},
        "defaultContentType": JSON,
        "servers": {
            "bus": {"host": "127.0.0.1:4222", "protocol": "nats", "description": "FANGWEI_NATS_PORT; platform only"}
        },
        "channels": channels,
        "operations": operations,
        "components": {"schemas": components},
        "x-streams": STREAMS,
    }


class _schemas:  # noqa: N801 - one place that turns types into messages
    def __init__(self, kinds: list[Any]) -> None:
        unique = list(dict.fromkeys(kinds))
        shapes, self.components = msgspec.json.schema_components(unique, ref_template="#/components/schemas/{name}")
        self._shapes = dict(zip(unique, shapes, strict=True))

    def message(self, kind: Any) -> dict[str, Any]:
        if kind is None:
            return {"contentType": ARROW, "description": READINGS}
        shape = self._shapes[kind]
        shown = example(shape, self.components)
        return {"contentType": JSON, "payload": shape, "examples": [{"payload": shown}]}


def _key(subject: str) -> str:
    return ".".join(part for part in subject.removeprefix("fw.").split(".") if not part.startswith("{"))


def _channel(subject: str, messages: dict[str, Any], summary: str) -> dict[str, Any]:
    channel: dict[str, Any] = {"address": subject, "summary": summary, "messages": messages}
    names = [part[1:-1] for part in subject.split(".") if part.startswith("{")]
    if names:
        channel["parameters"] = {name: {"description": f"the {name}'s id"} for name in names}
    return channel


def _ref(*path: str) -> dict[str, str]:
    return {"$ref": "#/" + "/".join(path)}


def text() -> str:
    """The document as YAML."""
    return yaml.safe_dump(_plain(document()), allow_unicode=True, sort_keys=False, width=120)


def _plain(value: Any) -> Any:
    # yaml would write the aliases of shared objects as &id001
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(v) for v in value]
    return value


def main() -> None:
    """Write the page."""
    FILE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
