"""Ranks: there is always one between two others."""

from hypothesis import given
from hypothesis import strategies as st

from mockserver.behaviours.jira.rank import FIRST, between, nth


def one_after_another(count: int) -> list[str]:
    """``count`` ranks, each at the end of those before it."""
    ranks = [FIRST]
    while len(ranks) < count:
        ranks.append(between(ranks[-1], None))
    return ranks


def test_the_first_rank_is_in_the_middle_of_all() -> None:
    assert between(None, None) == FIRST


def test_ranks_of_new_issues_grow() -> None:
    ranks = one_after_another(1000)

    assert ranks == sorted(set(ranks))


def test_the_rank_of_a_new_issue_follows_from_how_many_there_were() -> None:
    assert [nth(number) for number in range(100)] == one_after_another(100)


@given(st.lists(st.integers(min_value=0, max_value=10**9), max_size=120))
def test_a_rank_can_be_put_at_any_place_any_number_of_times(places: list[int]) -> None:
    ranks: list[str] = []
    for place in places:
        at = place % (len(ranks) + 1)
        before = ranks[at - 1] if at else None
        after = ranks[at] if at < len(ranks) else None

        ranks.insert(at, between(before, after))

    assert ranks == sorted(set(ranks))


def test_the_same_gap_can_be_halved_two_hundred_times() -> None:
    low, high = one_after_another(2)

    for _ in range(200):
        high = between(low, high)

        assert low < high
