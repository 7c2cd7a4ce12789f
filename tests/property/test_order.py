"""The order of the line against a naive one: whoever could be next by the published words is next."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from kezek.domain.turn.order import Turn, explain, line_up
from tests.world import rules

CYCLES = [list(r.interleave) for r in rules().values()] + [["in_turn", "priority"]]
NOW, ROUND = 1_000, 7


@st.composite
def lines(draw):
    cycle = draw(st.sampled_from(CYCLES))
    keys = st.tuples(
        st.sampled_from(sorted(set(cycle))),
        # Windows long open, open now, not yet open.
        st.sampled_from([0, 500, NOW, 1_500, 2_000]),
        st.integers(0, 3),
        # Joined at once, in rounds gone by, in this one, in one that was taken back since.
        st.none() | st.integers(ROUND - 2, ROUND + 3),
    )
    drawn = draw(st.lists(keys, max_size=25))
    turns = [
        Turn(number, name, (window, 0, since, number), lets_pass)
        for number, (name, window, since, lets_pass) in enumerate(drawn, 1)
    ]
    return turns, cycle, draw(st.integers(0, len(cycle) - 1))


def naive(turns, cycle, cursor, in_round):
    """Read aloud: of those whose window is open, else of the nearest window; go round the cycle, place
    by place, from where the last call left it, to the first class with somebody who lets this round not
    pass; of that class the smallest key.  Each time the cycle comes to its beginning, a round begins.
    """
    left, order = list(turns), []
    while left:
        opened = [t for t in left if t.key[0] <= NOW]
        nearest = min(t.key[0] for t in left)
        wave = opened or [t for t in left if t.key[0] == nearest]
        first = None
        while first is None:
            of_class = [t for t in wave if t.vehicle_class == cycle[cursor]]
            head = min(of_class, key=lambda t: t.key, default=None)
            if head and (head.joined_round is None or in_round > head.joined_round):
                first = head
            cursor += 1
            if cursor == len(cycle):
                cursor, in_round = 0, in_round + 1
        order.append((first.number, cursor, in_round))
        left.remove(first)
    return order


@given(lines())
def test_the_line_is_the_naive_one(case):
    turns, cycle, cursor = case
    entries = line_up(turns, cycle, cursor, NOW, in_round=ROUND)
    told = [(e.turn.number, e.cursor, e.in_round) for e in entries]
    assert told == naive(turns, cycle, cursor, ROUND)
    assert [e.place for e in entries] == list(range(1, len(turns) + 1))


@given(lines())
def test_calling_the_head_leaves_everybody_else_in_place(case):
    turns, cycle, cursor = case
    entries = line_up(turns, cycle, cursor, NOW, in_round=ROUND)
    while entries:
        head, *rest = entries
        turns = [t for t in turns if t is not head.turn]
        entries = line_up(turns, cycle, head.cursor, NOW, in_round=head.in_round)
        assert [e.turn for e in entries] == [e.turn for e in rest]


@given(lines())
def test_inside_a_class_the_key_decides(case):
    turns, cycle, cursor = case
    for name in set(cycle):
        of_class = [
            e.turn.key
            for e in line_up(turns, cycle, cursor, NOW, in_round=ROUND)
            if e.turn.vehicle_class == name and e.open
        ]
        assert of_class == sorted(of_class)


@given(lines())
def test_nobody_waits_longer_than_the_cycle_says(case):
    """Between two of a class with somebody waiting, no more others pass than stand in the cycle; who
    joins in the next round lets at most one more cycle pass.
    """
    turns, cycle, cursor = case
    turns = [t for t in turns if t.joined_round is None or t.joined_round <= ROUND]
    entries = line_up(turns, cycle, cursor, NOW, in_round=ROUND)
    opened = [e for e in entries if e.open]
    for name in {e.turn.vehicle_class for e in opened}:
        mine = [e for e in opened if e.turn.vehicle_class == name]
        for before, after in zip([0, *(e.place for e in mine)], mine, strict=False):
            cycles = 1 if after.turn.joined_round is None else 2
            assert after.place - before <= cycles * len(cycle)


@given(lines())
def test_the_reasons_add_up_to_the_place(case):
    turns, cycle, cursor = case
    entries = line_up(turns, cycle, cursor, NOW, in_round=ROUND)
    for entry in entries:
        causes = explain(entries, entry.turn.number)
        assert sum(causes.values()) == entry.place - 1
    assert explain(entries, -1) is None


@given(lines(), st.integers(0, 10_000))
@settings(max_examples=30)
def test_a_cursor_of_an_older_longer_cycle_is_no_harm(case, cursor):
    turns, cycle, _ = case
    entries = line_up(turns, cycle, cursor, NOW, in_round=ROUND)
    told = [(e.turn.number, e.cursor, e.in_round) for e in entries]
    assert told == naive(turns, cycle, cursor % len(cycle), ROUND)
