"""The journal is bounded by count and by bytes, and keeps no secret."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mockserver.state.diagnosis import Diagnosis
from mockserver.state.entry import Cut, Entry
from mockserver.state.journal import Bounds, Journal
from mockserver.values import Broken, Call, Reply

NOON = datetime(2025, 1, 15, 12, tzinfo=UTC)


def add(journal: Journal, asked: bytes = b"", answered: bytes = b"", **how: dict[str, str]) -> Entry:
    call = Call("POST", "/x", how.get("sent", {}), asked)
    reply = Reply(200, how.get("got", {}), answered)
    return journal.keep(NOON, "tiny", "createThing", call, reply, Diagnosis()).answered(reply)


def numbers(journal: Journal) -> list[int]:
    return [entry.number for entry in journal]


def test_entries_are_numbered_from_one_in_the_order_they_came():
    journal = Journal()
    before = journal.next_number
    add(journal)
    add(journal)

    assert before == 1
    assert numbers(journal) == [1, 2]
    assert (len(journal), journal.next_number, journal.evicted) == (2, 3, 0)


def test_the_oldest_entries_go_when_there_are_too_many():
    journal = Journal(Bounds(entries=3))
    for _ in range(5):
        add(journal)

    assert numbers(journal) == [3, 4, 5]
    assert (journal.oldest, journal.evicted) == (3, 2)


def test_the_oldest_entries_go_when_they_grow_too_large():
    journal = Journal(Bounds(size=100_000))
    add(journal, b"x" * 40_000)
    add(journal, b"x" * 20_000, b"y" * 20_000)
    add(journal, b"", b"y" * 30_000)

    assert numbers(journal) == [2, 3]
    assert 70_000 < journal.size < 80_000


@pytest.mark.parametrize(
    "sent",
    [{"x": "y" * 50_000}, {str(at): "y" for at in range(50_000)}],
    ids=["a long header", "many headers"],
)
def test_headers_count_too(sent):
    journal = Journal(Bounds(size=120_000))
    for _ in range(20):
        add(journal, sent=sent)

    assert len(journal) <= 2


def test_bytes_that_went_make_room_again():
    journal = Journal(Bounds(size=100_000))
    for _ in range(20):
        add(journal, b"x" * 45_000)

    assert numbers(journal) == [19, 20]
    assert journal.evicted == 18


def test_an_entry_larger_than_the_bound_is_kept_alone():
    journal = Journal(Bounds(size=1000))
    add(journal, b"small")
    add(journal, b"x" * 5000)

    assert numbers(journal) == [2]


def test_of_a_long_body_the_beginning_is_kept_with_the_hash_of_the_whole():
    journal = Journal(Bounds(body=10))
    answered = add(journal, b"0123456789ABC", b"short")

    [kept] = journal
    assert kept.call.body == b"0123456789"
    assert kept.cut == Cut(13, hashlib.sha256(b"0123456789ABC").hexdigest())
    assert (kept.reply.body, kept.reply_cut) == (b"short", None)
    assert answered.reply.body == b"short"


def test_the_reply_that_is_sent_is_never_cut_or_changed():
    journal = Journal(Bounds(body=10))
    answered = add(journal, b"", b'{"access_token": "c4n4ry"}')

    [kept] = journal
    assert answered.reply.body == b'{"access_token": "c4n4ry"}'
    assert kept.reply.body == b'{"access_t'
    assert kept.reply_cut.length == 26


def test_clearing_forgets_entries_and_their_bytes_but_not_the_numbers():
    journal = Journal(Bounds(size=100_000))
    add(journal, b"x" * 65_000)
    journal.clear()
    add(journal, b"x" * 65_000)
    add(journal, b"x" * 10_000)

    assert numbers(journal) == [2, 3]
    assert journal.evicted == 0


def test_a_journal_can_be_read_while_it_is_written():
    journal = Journal(Bounds(entries=2))
    add(journal)
    add(journal)

    seen = []
    for entry in journal:
        add(journal)
        seen.append(entry.number)

    assert seen == [1, 2]


def test_an_entry_is_found_by_its_number():
    journal = Journal(Bounds(entries=2))
    for _ in range(3):
        add(journal)

    assert (journal[2].number, journal[3].number) == (2, 3)
    for number in (0, 1, 4):
        with pytest.raises(KeyError):
            journal[number]


def test_what_came_after_a_number_is_found():
    journal = Journal()
    for _ in range(4):
        add(journal)

    assert [line.number for line in journal.since(2)] == [3, 4]
    assert journal.since(4) == []
    assert len(journal.since(0)) == 4


def test_no_secret_header_of_a_call_is_kept():
    journal = Journal()
    secret = {"authorization": "Basic c2VjcmV0", "cookie": "sid=secret", "x-mock-token": "secret"}
    add(journal, sent={**secret, "accept": "text/plain", "x-atlassian-token": "no-check"})

    [kept] = journal
    assert "secret" not in str(kept.call.headers)
    assert "c2VjcmV0" not in str(kept.call.headers)
    assert kept.call.headers["accept"] == "text/plain"
    assert kept.call.headers["x-atlassian-token"] == "no-check"


def test_no_secret_header_of_a_reply_is_kept():
    journal = Journal()
    got = {"Set-Cookie": "sid=secret", "Location": "http://app/back?code=c4n4ry&state=1", "Vary": "Origin"}
    answered = add(journal, got=got)

    [kept] = journal
    assert kept.reply.headers == {
        "Set-Cookie": "[redacted]",
        "Location": "http://app/back?code=[redacted]&state=1",
        "Vary": "Origin",
    }
    assert answered.reply.headers == got


def test_a_secret_that_comes_back_in_the_reply_or_the_diagnosis_is_not_kept():
    journal = Journal()
    rule = Broken("body", ("password",), "password", "minLength", "'c4n4ry' is too short", 8, "c4n4ry")
    diagnosis = Diagnosis("validation", "POST /x: c4n4ry is no password", (rule,), True)
    call = Call("POST", "/x?token=t0k3n-t0k3n", {}, b'{"password": "c4n4ry"}')
    reply = Reply(400, {"X-Why": "c4n4ry"}, b"c4n4ry and t0k3n-t0k3n are wrong")
    entry = journal.keep(NOON, "tiny", "createThing", call, reply, diagnosis).answered(reply)

    [kept] = journal
    for one in (kept, replace(entry, reply=kept.reply)):
        assert "c4n4ry" not in repr(one)
        assert "t0k3n" not in repr(one)
    assert kept.reply.body == b"[redacted] and [redacted] are wrong"
    assert kept.diagnosis.broken[0].message == "'[redacted]' is too short"


def test_what_a_client_showed_to_be_let_in_is_not_said_in_the_diagnosis():
    journal = Journal()
    sent = {"authorization": "Bearer c4n4ry-c4n4ry"}
    diagnosis = Diagnosis("auth", "no credential c4n4ry-c4n4ry")
    journal.keep(NOON, "tiny", "x", Call("GET", "/x", sent), Reply(401, {}, b"c4n4ry-c4n4ry"), diagnosis)

    [kept] = journal
    assert "c4n4ry" not in repr(kept)


def test_a_large_diagnosis_is_kept_as_far_as_people_read_it():
    journal = Journal()
    got = {"deep": [[[["x"]]]], "long": "x" * 10_000, "many": list(range(10_000))}
    broken = tuple(Broken("body", (at,), "", "type", "y" * 10_000, None, got) for at in range(1000))
    journal.keep(NOON, "tiny", "x", Call("GET", "/x"), Reply(400), Diagnosis("validation", "z", broken))

    [kept] = journal
    assert len(kept.diagnosis.broken) == 50
    assert kept.diagnosis.message == "z\n… and 950 more broken rules"
    assert len(repr(kept.diagnosis.broken[0])) < 6000


def test_the_first_real_token_raises_one_alarm_and_none_is_kept():
    token = "ATATT" + "3x" + "notreal" * 6  # put together here, so that it stands in no file
    basic = "Basic " + b64encode(f"mia@example.com:{token}".encode()).decode()
    for how in (
        Call("GET", "/x", {"authorization": basic}),
        Call("GET", "/x", {"authorization": f"Bearer {token}"}),
        Call("GET", "/x", {"x-note": token}),
        Call("GET", f"/x?a={token}"),
        Call("GET", f"/x?token={token}"),
        Call("GET", f"/x/{token}"),
        Call("POST", "/x", {}, f'{{"a": "{token}"}}'.encode()),
    ):
        alarms: list[str] = []
        journal = Journal(on_token=lambda alarms=alarms: alarms.append("!"))
        for _ in range(3):
            journal.keep(NOON, "tiny", "x", how, Reply(200, {}, b"{}"), Diagnosis())

        assert alarms == ["!"], how
        assert "notreal" not in repr(list(journal))
        assert basic not in repr(list(journal))


def test_an_ordinary_exchange_raises_no_alarm():
    alarms: list[str] = []
    journal = Journal(on_token=lambda: alarms.append("!"))
    add(journal, b'{"text": "ATATT3 is how they begin"}', sent={"authorization": "Basic bWlhOm1vY2s="})

    assert alarms == []


def test_lists_of_header_names_are_remembered_but_not_all_for_ever():
    journal = Journal(Bounds(entries=1))
    for at in range(2000):
        add(journal, sent={f"x-{at}": "y"})

    assert len(journal._shapes) <= 500


@pytest.mark.parametrize("odd", ["\udce9", "é", "\x00", "☃"], ids=ascii)
def test_texts_that_are_hardly_any_are_kept(odd):
    journal = Journal()
    headers = {
        "authorization": f"Basic {odd}",
        "x-note": f"{odd}TT3",
        "referer": f"http://{odd}@h/?token={odd}",
    }
    target = f"/{odd}?token={odd}{odd}{odd}&{odd}={odd}TT3"
    body = b'{"token": "\xc3'  # cut off in the middle of a character
    diagnosis = Diagnosis("auth", f"no {odd} here")
    for _ in range(2):
        journal.keep(
            NOON, "tiny", "x", Call("GET", target, headers, body), Reply(401, headers, body), diagnosis
        )

    assert len(list(journal)) == 2
    assert next(iter(journal)).call.headers["authorization"] == "[redacted]"


def test_a_secret_taken_out_of_the_middle_of_a_character_spoils_nothing():
    journal = Journal()
    call = Call("POST", "/x?q=secret-ä", {"x": "secret-ä"}, b'{"token": "secret-\xc3')
    journal.keep(NOON, "tiny", "x", call, Reply(200), Diagnosis())
    canary = Call("POST", "/x?q=c4n4ry-ä", {"x": "c4n4ry-ä"}, b'{"token": "c4n4ry-\xc3')
    journal.keep(NOON, "tiny", "x", canary, Reply(200), Diagnosis())

    assert "c4n4ry" not in repr(list(journal))
