"""What is wrong with a flow, in plain words, before it is published. Pure but for FEEL, which only reads.

`error`: it must not be published; `warning`: think again; `note`: good to know.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any, Final

import msgspec

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text
from fangwei.core.units import UNITS
from fangwei.feel.interpreter import Feel
from fangwei.flows import lint_texts as texts
from fangwei.flows.cards import (
    AnyCard,
    Approve,
    Branch,
    Clause,
    Close,
    Expert,
    Flow,
    Form,
    Isolate,
    Measure,
    Notify,
    Noun,
    Quantity,
    SubFlow,
    Wait,
    Who,
    Work,
)
from fangwei.flows.compile import all_cards, compile_flow
from fangwei.flows.definition import Definition
from fangwei.flows.drafts_forms import check_forms
from fangwei.flows.expert import AFTER
from fangwei.flows.lint_fields import Asked, asked_by, fields_of, missing
from fangwei.identity.roles import ROLES
from fangwei.plant.site import Site
from fangwei.rulepacks.pack import Pack


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong."""

    card: str | None
    """Key of the card; None: the flow as a whole."""
    severity: Severity
    text: Text


_ORDER: Final = tuple(Severity)


def lint(flow: Flow, site: Site, packs: Sequence[Pack], feel: Feel) -> list[Problem]:
    """Everything that is wrong with a flow at this site, the worst first, in the order of the cards."""
    found = [*_whole(flow), *_cards(flow.cards, Asked(), flow, site, feel), *_clauses(flow, packs)]
    found = list(dict.fromkeys(found))
    return sorted(found, key=lambda problem: _ORDER.index(problem.severity))


def _error(card: AnyCard | None, text: Text) -> Problem:
    return Problem(card=card.key if card else None, severity=Severity.ERROR, text=text)


def _warning(card: AnyCard | None, text: Text) -> Problem:
    return Problem(card=card.key if card else None, severity=Severity.WARNING, text=text)


def _whole(flow: Flow) -> Iterator[Problem]:
    if not flow.cards:
        yield _error(None, texts.EMPTY)
        return
    for check in (lambda: check_forms(flow), lambda: compile_flow(flow)):
        try:
            check()
        except FangweiError as error:
            yield _error(None, error.message)
            return
    if not any(isinstance(card, SubFlow) for card in all_cards(flow.cards)):
        try:
            Definition(compile_flow(flow))
        except FangweiError as error:
            yield _error(None, error.message)
    cards = list(all_cards(flow.cards))
    if not any(isinstance(card, Close) for card in cards):
        yield _warning(None, texts.NO_CLOSE)
    if flow.noun is not Noun.PERMIT:
        return
    if not any(isinstance(card, Work) for card in cards):
        yield _error(None, texts.NO_WORK)
    if not isinstance(cards[0], Form):
        yield _warning(cards[0], texts.NO_FORM_FIRST)
    signed, measured = False, False
    worked: Work | None = None
    for card in cards:
        if isinstance(card, Approve) and card.by:
            if worked is not None and not signed:
                yield _error(card, texts.SIGNED_LATE.format(work=worked.name))
            signed = True
        measured = measured or isinstance(card, Measure)
        if isinstance(card, Work):
            worked = worked or card
            if not signed:
                yield _error(card, texts.UNSIGNED.format(work=card.name))
            if card.quantities and not measured:
                yield _warning(card, texts.UNTESTED.format(work=card.name))


def _cards(cards: Sequence[AnyCard], asked: Asked, flow: Flow, site: Site, feel: Feel) -> Iterator[Problem]:
    """Card after card; `asked` grows by what each of them asks. What only one way of a branch asks counts as asked."""
    for card in cards:
        if isinstance(card, Branch):
            yield from _branch(card, asked, flow, site, feel)
            continue
        asked.add(asked_by(card))
        for who in _people(card):
            yield from _who(card, who, asked, site)
        yield from _own(card, asked, flow, feel)


def _branch(card: Branch, asked: Asked, flow: Flow, site: Site, feel: Feel) -> Iterator[Problem]:
    if not card.then and not card.otherwise:
        yield _warning(card, texts.EMPTY_BRANCH)
    yield from _condition(card, card.when, asked, feel)
    yield from _cards(card.then, asked, flow, site, feel)
    yield from _cards(card.otherwise, asked, flow, site, feel)
    asked.add((f"{card.key}.",))


def _condition(card: AnyCard, expression: str, asked: Asked, feel: Feel) -> Iterator[Problem]:
    try:
        names = feel.check(expression).names
    except FangweiError as error:
        yield _error(card, texts.CONDITION.format(why=error.message))
        return
    if not names:
        yield _warning(card, texts.CONSTANT)
    for field in missing(expression, names, asked):
        yield _error(card, texts.FIELD_UNASKED.format(field=field))


def _people(card: AnyCard) -> Iterator[Who]:
    match card:
        case Form() | Measure() | Close():
            yield card.who
        case Work():
            yield card.who
            if card.guardian is not None:
                yield card.guardian
        case Isolate():
            yield card.who
            yield card.confirm
        case Approve():
            yield from (approver.who for approver in card.by)
        case Notify():
            yield from card.to


def _who(card: AnyCard, who: Who, asked: Asked, site: Site) -> Iterator[Problem]:
    given = [value for value in (who.post, who.role, who.field) if value is not None]
    if not given:
        yield _error(card, texts.NO_PERSON)
    elif len(given) > 1:
        yield _error(card, texts.TWO_PERSONS)
    elif who.post is not None and who.post not in site.posts:
        yield _error(card, texts.NO_POST.format(post=who.post))
    elif who.role is not None and who.role not in ROLES:
        yield _error(card, texts.NO_ROLE.format(role=who.role))
    elif who.field is not None and not asked.has(who.field):
        yield _error(card, texts.FIELD_UNASKED.format(field=who.field))


def _own(card: AnyCard, asked: Asked, flow: Flow, feel: Feel) -> Iterator[Problem]:
    match card:
        case Form():
            yield from _form(card)
        case Isolate():
            if not card.energies:
                yield _error(card, texts.NO_ENERGY)
            if card.who == card.confirm and card.who.field is not None:
                yield _error(card, texts.SAME_PERSON.format(who=card.who.field))
        case Measure():
            if not card.quantities:
                yield _error(card, texts.UNMEASURED)
            yield from _quantities(card, card.quantities)
            yield from _positive(card, texts.FRESH, card.fresh)
        case Approve():
            yield from _approve(card, asked, feel)
        case Work():
            yield from _work(card)
        case Notify():
            if not card.to and not card.actions:
                yield _error(card, texts.TELLS_NOBODY)
            for field in fields_of(card.text):
                if not asked.has(field):
                    yield _warning(card, texts.FIELD_UNASKED.format(field=field))
        case Wait():
            yield from _wait(card)
        case SubFlow():
            if card.flow == flow.id:
                yield _error(card, texts.CALLS_ITSELF)
            for expression in card.takes.values():
                yield from _condition(card, expression, asked, feel)
        case Expert():
            if AFTER not in card.xml and card is not flow.cards[-1]:
                yield _error(card, texts.BLOCK_STAYS)


def _form(card: Form) -> Iterator[Problem]:
    seen: set[str] = set()
    parts = list(_parts(card.form.get("components")))
    if not parts:
        yield _warning(card, texts.FORM_EMPTY)
    for part in parts:
        key = part.get("key")
        if part.get("type") in _SILENT:
            continue
        if not key:
            yield _error(card, texts.FORM_KEYLESS.format(label=str(part.get("label", ""))[:60]))
        elif key in seen:
            yield _error(card, texts.FORM_TWICE.format(key=key))
        seen.add(str(key))


_SILENT: Final = frozenset({"text", "separator", "spacer", "group"})


def _parts(components: Any) -> Iterator[dict[str, Any]]:
    for part in components if isinstance(components, list) else []:
        if isinstance(part, dict):
            yield part
            yield from _parts(part.get("components"))


def _approve(card: Approve, asked: Asked, feel: Feel) -> Iterator[Problem]:
    if not card.by:
        yield _error(card, texts.NOBODY_SIGNS)
    elif all(approver.when is not None for approver in card.by):
        yield _warning(card, texts.MAYBE_NOBODY)
    for approver in card.by:
        if approver.when is not None:
            yield from _condition(card, approver.when, asked, feel)
    yield from _positive(card, texts.WITHIN, card.within)


def _work(card: Work) -> Iterator[Problem]:
    yield from _quantities(card, card.quantities)
    yield from _positive(card, texts.EVERY, card.every)
    yield from _positive(card, texts.LONGEST, card.longest)
    for stop in card.stops:
        yield from _positive(card, texts.METRES, stop.within)
    if card.every is not None and card.longest is not None and 0 < card.longest <= card.every:
        yield _warning(card, texts.NEVER_CHECKED)
    if card.quantities and card.every is None:
        yield _error(card, texts.NO_CHECK)
    if not card.stops:
        yield _warning(card, texts.NO_STOP)


def _wait(card: Wait) -> Iterator[Problem]:
    yield from _positive(card, texts.WAITS, card.duration)
    yield from _positive(card, texts.WITHIN, card.within)
    if card.signal is None and card.duration is None:
        yield _error(card, texts.WAITS_FOR_NOTHING)
    elif card.signal is not None and card.within is None and card.duration is None:
        yield _warning(card, texts.WAITS_FOR_EVER.format(signal=card.signal))


def _positive(card: AnyCard, what: Text, seconds: float | None) -> Iterator[Problem]:
    if seconds is not None and not seconds > 0:
        yield _error(card, texts.TIMER.format(what=what))


def _quantities(card: AnyCard, quantities: Sequence[Quantity]) -> Iterator[Problem]:
    for quantity in quantities:
        if quantity.unit not in UNITS:
            yield _error(card, texts.UNIT.format(what=quantity.name, unit=quantity.unit))
        if quantity.low is None and quantity.high is None and quantity.clause is None:
            yield _error(card, texts.NO_LIMIT.format(what=quantity.name))
        if quantity.low is not None and quantity.high is not None and quantity.low > quantity.high:
            yield _error(card, texts.LIMITS_CROSS.format(what=quantity.name))


def _clauses(flow: Flow, packs: Sequence[Pack]) -> Iterator[Problem]:
    """Cited clauses exist in a pack; standards without a pack are named once."""
    lost = dict.fromkeys([flow.standard] if flow.standard else [])
    for card in all_cards(flow.cards):
        for clause in _cited(card):
            of = [pack for pack in packs if pack.standard == clause.standard]
            if not of:
                lost[clause.standard] = None
            elif not any(_knows(pack, clause.number) for pack in of):
                yield _error(card, texts.NO_CLAUSE.format(pack=of[-1].id, clause=clause.number))
    for standard in lost:
        if not any(pack.standard == standard for pack in packs):
            text = texts.NO_PACK.format(standard=standard)
            yield Problem(card=None, severity=Severity.NOTE, text=text)


def _knows(pack: Pack, number: str) -> bool:
    """Also a table or an annex that rows of the pack cite (`B.1`)."""
    if pack.clause(number) is not None or any(permit.clause == number for permit in pack.permits):
        return True
    cited = (signature.clause for permit in pack.permits for signature in permit.signatures)
    return number in cited or any(level.clause == number for level in pack.levels)


def _cited(card: AnyCard) -> Iterator[Clause]:
    yield from card.clauses
    if isinstance(card, Measure | Work):
        yield from (quantity.clause for quantity in card.quantities if quantity.clause is not None)
