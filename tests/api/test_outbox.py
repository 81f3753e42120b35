from fangwei.api.outbox import Outbox


def drained(box):
    frames = []
    while (frame := box.take()) is not None:
        frames.append(frame)
    return frames


def test_incidents_overtake_measured_values():
    box = Outbox()
    box.put("latest 1")
    box.put("latest 2")
    box.put_urgent("incident", "i1")
    assert drained(box) == ["incident", "latest 1", "latest 2"]


def test_newer_state_replaces_the_one_that_still_waits():
    box = Outbox()
    box.put_urgent("a1", "a")
    box.put_urgent("b1", "b")
    box.put_urgent("a2", "a")
    assert drained(box) == ["a2", "b1"]
    assert box.chars == 0


def test_timeline_lines_are_never_replaced():
    box = Outbox()
    box.put_urgent("line 1")
    box.put_urgent("line 2")
    assert drained(box) == ["line 1", "line 2"]


def test_full_outbox_says_so_by_number_and_by_size():
    box = Outbox(max_frames=2, max_chars=100)
    assert box.put("1") and box.put("2")
    assert not box.put("3")
    assert not Outbox(max_frames=9, max_chars=10).put_urgent("x" * 11)
