"""What each operation answers, for the API's description: routes pass on the bytes of a room's answer as they are.

Imported only when somebody asks for the description: the types live in rooms that the door's process does without. A
test asks that every operation is here (or says it in its own `responses`).
"""

from typing import Any

from fangwei.alarms.kpi import KpiRow
from fangwei.alarms.kpi_report import KpiReport
from fangwei.alarms.overrides import LimitState
from fangwei.alarms.proposal import Proposal
from fangwei.alarms.schemas import Acknowledged, Checked, JournalPage, Proposals
from fangwei.api import shapes
from fangwei.api.routes import account, flow_runs, flow_trials, flows, people, sign_in, tokens
from fangwei.api.routes.session import Me, SignedOut
from fangwei.audit.listing import RecordPage
from fangwei.audit.service import Standing
from fangwei.core.events import AlarmStatus, Incident, Notice
from fangwei.duty import contact_shapes, handover, planner
from fangwei.duty.chains import Chain
from fangwei.duty.dry import DryRun
from fangwei.duty.service import OnDutyStep
from fangwei.duty.week import Week
from fangwei.flows import commands as runs
from fangwei.flows.bpmn_check import Import
from fangwei.flows.drafts import Draft
from fangwei.flows.library import Template
from fangwei.flows.play import Played
from fangwei.historian.questions import Downsampled, LatestAnswer
from fangwei.identity.accounts import Account
from fangwei.incidents.photos import Photo
from fangwei.reactions import questions as reactions
from fangwei.work import questions as work
from fangwei.work.figures import Figures
from fangwei.work.hazards import FoundHazard

ANSWERS: dict[str, Any] = {
    "site.get_site": shapes.SiteShown,
    "site.get_plan": list[shapes.Glyph],
    "site.get_people": shapes.PeoplePage,
    "site.find_points": shapes.PointsPage,
    "site.get_point": shapes.PointShown,
    "site.list_definitions": shapes.DefinitionsPage,
    "site.get_definition": shapes.Definition,
    "history.latest": LatestAnswer,
    "history.trend": Downsampled,
    "alarms.listed": shapes.AlarmsPage,
    "alarms.journal": JournalPage,
    "alarms.kpi": list[KpiRow],
    "alarms.acknowledge": Acknowledged,
    "alarms.shelve": AlarmStatus,
    "alarms.unshelve": AlarmStatus,
    "alarms.take_out": Proposal,
    "alarms.review_take_out": Proposal,
    "alarms.withdraw_take_out": Proposal,
    "alarms.kpi_report": KpiReport,
    "alarms.limit": LimitState,
    "alarms.check_limit": Checked,
    "alarms.propose_limit": Proposal,
    "alarms.proposals": Proposals,
    "alarms.review_limit": Proposal,
    "alarms.withdraw_limit": Proposal,
    "alarms.put_back": AlarmStatus,
    "alarms.reset": AlarmStatus,
    "incidents.listed": shapes.IncidentsPage,
    "incidents.show": shapes.IncidentShown,
    "incidents.take": Incident,
    "incidents.release": Incident,
    "incidents.hand": Incident,
    "incidents.note": Incident,
    "incidents.settle": Incident,
    "incidents.close": Incident,
    "incidents.photos": shapes.PhotosPage,
    "incidents.add_photo": Photo,
    "incidents.erase_photo": Photo,
    "session.sign_in": Me,
    "session.sign_out": SignedOut,
    "session.me": Me,
    "session.sign_in_ways": sign_in.SignInWays,
    "session.passkey_options": account.Options,
    "session.sign_in_by_passkey": Me,
    "session.account": account.Mine,
    "session.set_password": account.Proved,
    "session.new_passkey_options": account.Options,
    "session.add_passkey": account.PasskeyShown,
    "session.remove_passkey": account.Mine,
    "session.proof_options": account.Options,
    "session.prove": account.Proved,
    "session.end_others": account.Mine,
    "session.end_session": account.Mine,
    "people.roles": people.Matrix,
    "people.list_accounts": people.AccountsPage,
    "people.add_person": Account,
    "people.show_account": Account,
    "people.edit_person": Account,
    "people.make_link": people.LinkMade,
    "people.sign_somebody_out": Account,
    "tokens.list_tokens": tokens.TokensPage,
    "tokens.make_token": tokens.TokenMade,
    "tokens.revoke_token": tokens.TokenShown,
    "system.health": shapes.HealthShown,
    "system.sources": shapes.SourcesPage,
    "duty.on_duty": list[OnDutyStep],
    "duty.week": Week,
    "duty.changes": planner.ChangesPage,
    "duty.preview": planner.Preview,
    "duty.change": planner.ToldChange,
    "duty.undo": planner.ToldChange,
    "duty.chains": shapes.ChainsPage,
    "duty.new_chain": Chain,
    "duty.edit_chain": Chain,
    "duty.remove_chain": Chain,
    "duty.dry_run": DryRun,
    "duty.contacts": shapes.ContactsPage,
    "duty.new_contact": contact_shapes.ToldContact,
    "duty.edit_contact": contact_shapes.ToldContact,
    "duty.remove_contact": contact_shapes.Gone,
    "duty.test_contact": Notice,
    "duty.receipts": contact_shapes.Receipts,
    "duty.open_now": handover.OpenItems,
    "duty.handovers": handover.Handovers,
    "duty.handover": handover.Handover,
    "duty.hand_over": handover.Handover,
    "duty.confirm": handover.Handover,
    "reactions.listed": reactions.Rules,
    "reactions.firings": reactions.Firings,
    "reactions.tried": reactions.TryResult,
    "reactions.check": reactions.Checked,
    "reactions.create": reactions.Standing,
    "reactions.show": reactions.Standing,
    "reactions.save": reactions.Standing,
    "reactions.dry_run": reactions.TryResult,
    "reactions.arm": reactions.Standing,
    "reactions.disarm": reactions.Standing,
    "work.listed": work.Listed,
    "audit.listed": RecordPage,
    "audit.verify": Standing,
    "work.figures": Figures,
    "work.show": work.Shown,
    "work.report": FoundHazard,
    "work.assign": FoundHazard,
    "work.fix": FoundHazard,
    "work.verify": FoundHazard,
    "work.give_back": FoundHazard,
    "work.reject": FoundHazard,
    "flows.listed": flows.FlowsPage,
    "flows.begin": Draft,
    "flows.draft": Draft,
    "flows.save": Draft,
    "flows.remove": Draft,
    "flows.list_templates": flow_trials.TemplatesPage,
    "flows.show_template": Template,
    "flows.lint_flow": flow_trials.Linted,
    "flows.import_bpmn": Import,
    "flows.play_flow": Played,
    "work.add_photo": shapes.PhotoTaken,
    "runs.listed": runs.RunsPage,
    "runs.offers": flow_runs.OffersPage,
    "runs.alarms": runs.FindingsPage,
    "runs.start": runs.Answer,
    "runs.show": runs.Shown,
    "runs.submit": runs.Answer,
    "runs.sign": runs.Answer,
    "runs.pause": runs.Answer,
    "runs.resume": runs.Answer,
    "runs.withdraw": runs.Answer,
    "runs.cancel": runs.Answer,
    "runs.move": runs.Answer,
    "runs.would_move": runs.Moved,
    "runs.mine": runs.TasksPage,
}
"""By operation (`<tag>.<function>`): a type that msgspec knows."""

MEDIA: dict[str, tuple[str, str]] = {
    "history.readings": (
        "text/csv",
        "source_time,receive_time,value,quality\r\n"
        "2026-09-21T22:13:20.000000+08:00,2026-09-21T22:13:20.040000+08:00,31.5,0\r\n",
    ),
    "incidents.photo": ("image/jpeg", "the bytes of the picture"),
    "incidents.report": ("application/pdf", "%PDF-1.4 ..."),
    "work.photo": ("image/jpeg", "the bytes of the picture"),
    "audit.export": ("application/jsonl", '{"kind":"head","format":"fangwei-audit-export-1",...}\n'),
    "alarms.journal_csv": (
        "text/csv",
        "time,alarm,message,zone,priority,change,state,value,limit,unit,by,reason,until,source_time\r\n",
    ),
    "work.codes": ("text/html", "<!doctype html>..."),
}
"""Answers that are not JSON: media type and an example."""
