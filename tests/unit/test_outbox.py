"""Deliveries are kept in order, sent when they are due, retried by the clock, and broken on demand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from mockserver.state.delivery import Delivery, Message
from mockserver.state.delivery_fault import Fault, matches
from mockserver.state.outbox import Outbox
from mockserver.values import Retry

NOW = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)
RETRY = Retry(waits=(60, 120), statuses=("409", "5xx"), header="X-Retry")


def message(
    subscription: str = "1", event: str = "made", body: bytes = b"{}", url: str = "http://x"
) -> Message:
    return Message(subscription, url, event, body)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def posted(outbox: Outbox, *events: str, retry: Retry | None = RETRY) -> list[Delivery]:
    return [outbox.post("tiny", message(event=event), NOW, retry) for event in events]


def sent(outbox: Outbox, now: datetime = NOW, status: int | None = 200) -> list[str]:
    """Everything that is due, answered with ``status``, in the order in which it was sent."""
    events = []
    while begun := outbox.begin(now, 10):
        for one in begun:
            events.append(one.message.event)
            outbox.record(one.id, now, status=status, error="" if status else "silence")
    return events


def states(outbox: Outbox) -> list[str]:
    return [one.state for one in outbox]


def test_deliveries_are_numbered_and_sent_in_the_order_in_which_things_happened():
    outbox = Outbox()

    made = posted(outbox, "a", "b", "c")

    assert [one.id for one in made] == [1, 2, 3]
    assert sent(outbox) == ["a", "b", "c"]
    assert states(outbox) == ["delivered"] * 3


def test_one_subscription_has_one_delivery_under_way_at_a_time():
    outbox = Outbox()
    for subscription in ("1", "1", "2"):
        outbox.post("tiny", message(subscription), NOW)

    begun = outbox.begin(NOW, 10)

    assert [one.id for one in begun] == [1, 3]
    assert outbox.begin(NOW, 10) == []
    outbox.record(1, NOW, status=200)
    assert [one.id for one in outbox.begin(NOW, 10)] == [2]


def test_no_more_are_begun_than_there_is_room_for():
    outbox = Outbox()
    for subscription in "abc":
        outbox.post("tiny", message(subscription), NOW)

    assert len(outbox.begin(NOW, 2)) == 2


@pytest.mark.parametrize(
    ("status", "state"),
    [(200, "delivered"), (299, "delivered"), (302, "failed"), (400, "failed"), (410, "failed")],
)
def test_an_answer_that_is_no_reason_to_try_again_ends_a_delivery(status, state):
    outbox = Outbox()
    posted(outbox, "a")

    sent(outbox, status=status)

    [found] = outbox
    assert (found.state, found.due, [one.status for one in found.attempts]) == (state, None, [status])


@pytest.mark.parametrize("status", [409, 500, 599, None])
def test_a_delivery_is_tried_again_after_each_wait_and_then_given_up(status):
    outbox = Outbox()
    posted(outbox, "a")

    sent(outbox, NOW, status)
    [waiting] = outbox
    assert (waiting.state, waiting.due) == ("queued", later(60))
    assert sent(outbox, later(59), status) == []
    assert sent(outbox, later(60), status) == ["a"]
    assert sent(outbox, later(180), status) == ["a"]

    [found] = outbox
    assert (found.state, found.reason) == ("failed", f"status {status}" if status else "silence")
    assert [one.at for one in found.attempts] == [NOW, later(60), later(180)]


def test_retries_are_counted_in_the_header_that_the_service_names():
    outbox = Outbox()
    posted(outbox, "a")

    told = []
    for seconds in (0, 60, 180):
        [one] = outbox.begin(later(seconds), 1)
        told.append(one.headers.get("X-Retry"))
        outbox.record(one.id, later(seconds), status=503)

    assert told == [None, "1", "2"]


def test_without_a_policy_nothing_is_tried_again():
    outbox = Outbox()
    posted(outbox, "a", retry=None)

    sent(outbox, status=503)

    assert states(outbox) == ["failed"]


def test_a_delivery_that_waits_for_its_retry_holds_up_no_other():
    outbox = Outbox()
    posted(outbox, "a", "b")

    [first] = outbox.begin(NOW, 1)
    outbox.record(first.id, NOW, status=503)

    assert sent(outbox) == ["b"]
    assert states(outbox) == ["queued", "delivered"]


def test_when_to_look_again_is_when_the_next_retry_is_due():
    outbox = Outbox()
    posted(outbox, "a")

    assert outbox.next_due(NOW) is None
    sent(outbox, status=500)
    assert outbox.next_due(NOW) == later(60)


def test_a_url_that_is_barred_is_held_with_the_reason_and_never_sent():
    outbox = Outbox(lambda url: f"{url} is elsewhere")

    posted(outbox, "a")

    [found] = outbox
    assert (found.state, found.reason, sent(outbox)) == ("held", "http://x is elsewhere", [])


def test_beyond_the_bound_of_the_queue_deliveries_are_dropped_and_say_why():
    outbox = Outbox(waiting=2)

    posted(outbox, "a", "b", "c")

    assert states(outbox) == ["queued", "queued", "dropped"]
    assert list(outbox)[2].reason == "2 deliveries are waiting"


def test_what_is_only_kept_for_reading_is_kept_although_the_queue_is_full():
    outbox = Outbox(lambda url: "elsewhere" if "far" in url else "", waiting=1)
    posted(outbox, "a")

    outbox.post("tiny", message(url="http://far"), NOW)

    assert states(outbox) == ["queued", "held"]


def test_what_is_only_kept_for_reading_takes_no_room_in_the_queue():
    outbox = Outbox(lambda url: "elsewhere", waiting=2)

    posted(outbox, *"abcd")

    assert states(outbox) == ["held"] * 4


@pytest.mark.parametrize(("bounds", "left"), [({"kept": 2}, 2), ({"size": 5}, 2), ({"size": 1}, 1)])
def test_the_oldest_that_are_not_waiting_are_forgotten_first(bounds, left):
    outbox = Outbox(lambda url: "elsewhere", **bounds)

    posted(outbox, *"abcd")

    assert [one.message.event for one in outbox] == ["a", "b", "c", "d"][-left:]
    assert outbox.evicted == 4 - left


def test_a_delivery_that_waits_is_not_the_first_to_be_forgotten():
    outbox = Outbox(kept=2)
    posted(outbox, "waits")
    outbox.arm(Fault(0, "drop", left=None))

    posted(outbox, "b", "c", "d")

    assert [(one.message.event, one.state) for one in outbox] == [("waits", "queued"), ("d", "dropped")]


# ---- faults


def faulty(kind: str, **rules: object) -> Callable[[], Outbox]:
    def make() -> Outbox:
        outbox = Outbox()
        outbox.arm(Fault(0, kind, **rules))  # type: ignore[arg-type]
        return outbox

    return make


def test_a_dropped_delivery_is_kept_and_never_sent():
    outbox = faulty("drop")()

    posted(outbox, "a", "b")

    assert states(outbox) == ["dropped", "queued"]
    assert next(iter(outbox)).reason == "fault 1: drop"
    assert sent(outbox) == ["b"]


def test_a_duplicated_delivery_is_sent_twice_with_the_same_content():
    outbox = faulty("duplicate")()

    posted(outbox, "a", "b")

    assert sent(outbox) == ["a", "a", "b"]
    first, second, _ = outbox
    assert (second.copy_of, second.message) == (first.id, first.message)


def test_a_reordered_delivery_is_sent_after_the_next_one_of_its_subscription():
    outbox = faulty("reorder")()

    posted(outbox, "a")
    outbox.post("tiny", message("other", "x"), NOW)
    assert (states(outbox), sent(outbox)) == (["held", "queued"], ["x"])
    posted(outbox, "b")

    assert sent(outbox) == ["b", "a"]


def test_a_delayed_delivery_is_sent_once_the_clock_has_got_there():
    outbox = faulty("delay", seconds=30)()

    posted(outbox, "a", "b")

    assert sent(outbox, later(29)) == ["b"]
    assert sent(outbox, later(30)) == ["a"]


def test_a_status_is_met_without_sending_and_retried_like_any_other():
    outbox = faulty("status", status=503, left=2)()

    posted(outbox, "a")

    assert sent(outbox, later(59)) == []
    assert sent(outbox, later(400)) == ["a"]
    [found] = outbox
    assert [(one.at, one.status, one.fault) for one in found.attempts] == [
        (NOW, 503, 1),
        (later(60), 503, 1),
        (later(400), 200, None),
    ]


def test_a_status_is_met_by_what_must_not_be_sent_too():
    outbox = Outbox(lambda url: "elsewhere")
    outbox.arm(Fault(0, "status", status=500))
    posted(outbox, "a")
    [waiting] = outbox
    assert (waiting.state, waiting.due) == ("queued", later(60))

    outbox.settle(later(60))

    [found] = outbox
    assert (found.state, found.reason, found.headers) == ("held", "elsewhere", {"X-Retry": "1"})


def test_a_success_that_nobody_answered_delivers():
    outbox = faulty("status", status=204)()

    [found] = posted(outbox, "a")

    assert (found.state, [one.status for one in found.attempts]) == ("delivered", [204])


def test_a_fault_is_used_up_after_its_times_and_lets_the_first_ones_pass():
    outbox = faulty("drop", left=2, after=1)()

    posted(outbox, *"abcd")

    assert states(outbox) == ["queued", "dropped", "dropped", "queued"]
    [fault] = outbox.faults()
    assert (fault.used, fault.left) == (2, 0)


@pytest.mark.parametrize(
    ("rules", "met"),
    [
        ({"event": "issue_*"}, True),
        ({"event": "issue"}, False),
        ({"subscription": "7"}, True),
        ({"subscription": "8"}, False),
        ({"url": "http://[::1]:80/*"}, True),
        ({"url": "http://[::1]:80"}, False),
        ({"service": "tiny"}, True),
        ({"service": "other"}, False),
        ({"event": "*_made", "subscription": "8"}, False),
    ],
)
def test_a_fault_is_about_what_it_names(rules, met):
    outbox = faulty("drop", **rules)()

    found = outbox.post("tiny", message("7", "issue_made", url="http://[::1]:80/hook"), NOW)

    assert (found.state == "dropped") == met


def test_in_a_pattern_only_the_asterisk_stands_for_anything():
    assert matches("a*c", "abbc")
    assert not matches("a.c", "abc")
    assert not matches("[ab]", "a")
    assert matches("*", "a\nb")


def test_disarmed_faults_are_forgotten():
    outbox = faulty("drop", left=None)()

    assert (outbox.disarm(), outbox.faults()) == (1, ())
    assert [one.state for one in posted(outbox, "a")] == ["queued"]


# ---- steering


def test_what_failed_can_be_sent_again_and_is_retried_anew():
    outbox = Outbox()
    posted(outbox, "a")
    sent(outbox, status=400)

    again = outbox.redeliver(1, later(5))

    assert (again.state, again.due, again.tries) == ("queued", later(5), 0)
    assert sent(outbox, later(5), 503) == ["a"]
    assert outbox.next_due(later(5)) == later(65)


def test_what_waits_for_another_can_be_sent_at_once():
    outbox = faulty("reorder")()
    posted(outbox, "a")

    outbox.redeliver(1, NOW)

    assert sent(outbox) == ["a"]
    posted(outbox, "b")
    assert sent(outbox) == ["b"]


def test_what_is_under_way_is_not_queued_a_second_time():
    outbox = Outbox()
    posted(outbox, "a")
    [begun] = outbox.begin(NOW, 1)

    outbox.redeliver(begun.id, NOW)

    assert outbox.begin(NOW, 1) == []


def test_what_was_put_off_is_begun_again():
    outbox = Outbox()
    posted(outbox, "a")
    [begun] = outbox.begin(NOW, 1)

    outbox.put_off(begun.id)

    assert [one.id for one in outbox.begin(NOW, 1)] == [1]


def test_what_turns_out_to_be_barred_is_held():
    outbox = Outbox()
    posted(outbox, "a")
    [begun] = outbox.begin(NOW, 1)

    outbox.hold(begun.id, "it moved")

    [found] = outbox
    assert (found.state, found.reason, outbox.begin(NOW, 1)) == ("held", "it moved", [])


def test_a_cleared_outbox_knows_nothing_of_what_was_under_way_and_goes_on_counting():
    outbox = Outbox()
    posted(outbox, "a", "b")
    [begun] = outbox.begin(NOW, 1)

    assert outbox.clear() == 2

    assert not outbox.under_way(begun.id)
    assert outbox.record(begun.id, NOW, status=200) is None
    assert (list(outbox), [one.id for one in posted(outbox, "c")]) == ([], [3])
