"""The journal is bounded by count and by bytes, and keeps no secret."""

from __future__ import annotations

from datetime import UTC, datetime

from mockserver.state.journal import Diagnosis, Entry, Journal
from mockserver.values import Call, Reply

NOON = datetime(2025, 1, 15, 12, tzinfo=UTC)


def add(journal: Journal, asked: bytes = b"", answered: bytes = b"", **how: dict[str, str]) -> Entry:
    call = Call("POST", "/x", how.get("sent", {}), asked)
    reply = Reply(200, how.get("got", {}), answered)
    return journal.add(NOON, "tiny", "createThing", call, reply, Diagnosis())


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
    journal = Journal(entries=3)
    for _ in range(5):
        add(journal)

    assert numbers(journal) == [3, 4, 5]
    assert journal.evicted == 2


def test_the_oldest_entries_go_when_their_bodies_grow_too_large():
    journal = Journal(size=100)
    add(journal, b"x" * 40)
    add(journal, b"x" * 20, b"y" * 20)
    add(journal, b"", b"y" * 30)

    assert numbers(journal) == [2, 3]


def test_bytes_that_went_make_room_again():
    journal = Journal(size=100)
    for _ in range(20):
        add(journal, b"x" * 50)

    assert numbers(journal) == [19, 20]


def test_an_entry_larger_than_the_bound_is_kept_alone():
    journal = Journal(size=100)
    add(journal, b"small")
    add(journal, b"x" * 1000)

    assert numbers(journal) == [2]


def test_clearing_forgets_entries_and_their_bytes_but_not_the_numbers():
    journal = Journal(size=100)
    add(journal, b"x" * 90)
    journal.clear()
    add(journal, b"x" * 90)
    add(journal, b"x" * 10)

    assert numbers(journal) == [2, 3]
    assert journal.evicted == 0


def test_a_journal_can_be_read_while_it_is_written():
    journal = Journal(entries=2)
    add(journal)
    add(journal)

    seen = []
    for entry in journal:
        add(journal)
        seen.append(entry.number)

    assert seen == [1, 2]


def test_no_secret_header_of_a_call_is_kept():
    journal = Journal()
    secret = {"authorization": "Basic c2VjcmV0", "cookie": "sid=secret", "x-api-key": "secret"}
    add(journal, sent={**secret, "accept": "text/plain"})

    [kept] = journal
    assert "secret" not in str(kept.call.headers)
    assert "c2VjcmV0" not in str(kept.call.headers)
    assert kept.call.headers["accept"] == "text/plain"


def test_no_secret_header_of_a_reply_is_kept():
    journal = Journal()
    answered = add(journal, got={"Set-Cookie": "sid=secret", "Content-Type": "text/plain"})

    [kept] = journal
    assert kept.reply.headers == {"Set-Cookie": "[redacted]", "Content-Type": "text/plain"}
    assert answered.reply.headers["Set-Cookie"] == "sid=secret"
