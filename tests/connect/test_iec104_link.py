"""The link rules of IEC 104: numbers, windows, timers."""

import pytest

from fangwei.connect.iec104_frames import SEQUENCE, FrameReader, IFrame, SFrame, U, UFrame
from fangwei.connect.iec104_link import Link, LinkBroken, Timers

DEFAULTS = Timers()


def sent(link: Link) -> list[object]:
    return list(FrameReader().feed(link.take_outgoing()))


def started(timers: Timers = DEFAULTS) -> Link:
    link = Link(timers, 0.0)
    assert sent(link) == [UFrame(U.STARTDT_ACT)]
    link.receive(UFrame(U.STARTDT_CON), 0.0)
    assert link.started
    return link


def test_data_before_the_start_is_confirmed_breaks_the_link() -> None:
    with pytest.raises(LinkBroken, match="before"):
        Link(Timers(), 0.0).receive(IFrame(0, 0, b"x"), 0.0)


def test_a_start_that_nobody_confirms_breaks_the_link_after_t1() -> None:
    link = Link(Timers(t1=15), 0.0)
    link.tick(14.9)
    with pytest.raises(LinkBroken, match="STARTDT_CON"):
        link.tick(15.0)


def test_received_frames_are_confirmed_at_w() -> None:
    link = started(Timers(w=3))
    for n in range(3):
        assert link.receive(IFrame(n, 0, b"x"), 1.0) == b"x"
    assert sent(link) == [SFrame(3)]


def test_received_frames_are_confirmed_after_t2_at_the_latest() -> None:
    link = started(Timers(t2=10))
    link.receive(IFrame(0, 0, b"x"), 1.0)
    link.receive(IFrame(1, 0, b"x"), 9.0)
    link.tick(10.9)
    assert sent(link) == []
    link.tick(11.0)
    assert sent(link) == [SFrame(2)]


@pytest.mark.parametrize("number", [1, SEQUENCE - 1])
def test_a_frame_out_of_sequence_breaks_the_link(number: int) -> None:
    with pytest.raises(LinkBroken, match="lost or doubled"):
        started().receive(IFrame(number, 0, b"x"), 1.0)


def test_a_confirmation_of_what_was_never_sent_breaks_the_link() -> None:
    link = started()
    link.send(b"x", 1.0)
    with pytest.raises(LinkBroken, match="never sent"):
        link.receive(SFrame(2), 1.0)


def test_no_more_than_k_frames_are_on_the_way() -> None:
    link = started(Timers(k=2))
    for n in range(3):
        link.send(bytes([n]), 1.0)
    assert sent(link) == [IFrame(0, 0, b"\0"), IFrame(1, 0, b"\1")]
    link.receive(SFrame(1), 2.0)
    assert sent(link) == [IFrame(2, 0, b"\2")]


def test_a_sent_frame_must_be_confirmed_within_t1() -> None:
    link = started(Timers(t1=15))
    link.send(b"x", 1.0)
    link.receive(UFrame(U.TESTFR_ACT), 15.0)
    with pytest.raises(LinkBroken, match="not confirmed"):
        link.tick(16.0)


def test_a_silent_link_is_tested_after_t3_and_broken_when_nobody_answers() -> None:
    link = started(Timers(t1=15, t3=20))
    link.tick(19.9)
    assert sent(link) == []
    link.tick(20.0)
    assert sent(link) == [UFrame(U.TESTFR_ACT)]
    link.tick(34.9)
    assert sent(link) == []
    with pytest.raises(LinkBroken, match="TESTFR_CON"):
        link.tick(35.0)


def test_an_answered_test_keeps_the_link() -> None:
    link = started(Timers(t3=20))
    link.tick(20.0)
    link.receive(UFrame(U.TESTFR_CON), 21.0)
    link.tick(36.0)
    assert sent(link) == [UFrame(U.TESTFR_ACT)]


def test_a_test_of_the_station_is_answered() -> None:
    link = started()
    link.receive(UFrame(U.TESTFR_ACT), 1.0)
    assert sent(link) == [UFrame(U.TESTFR_CON)]


@pytest.mark.parametrize("function", [U.STARTDT_ACT, U.STARTDT_CON, U.STOPDT_ACT, U.STOPDT_CON, U.TESTFR_CON])
def test_a_control_that_nobody_asked_for_breaks_the_link(function: U) -> None:
    with pytest.raises(LinkBroken, match="unasked"):
        started().receive(UFrame(function), 1.0)


def test_numbers_run_over_their_end() -> None:
    link = started(Timers(w=8))
    for n in range(SEQUENCE + 10):
        link.receive(IFrame(n % SEQUENCE, 0, b"x"), 1.0)
    assert sent(link)[-1] == SFrame(8)
