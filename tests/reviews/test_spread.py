"""The bars of the batch page fill their whole length, whatever the counts."""

from hypothesis import given
from hypothesis import strategies as st

from ratings.presenters.star_bars import LENGTH, StarBarPiece, pieces


def test_highest_star_first_no_star_last():
    assert pieces([4, None, 5, 4]) == [
        StarBarPiece(5, 1, 0, 250),
        StarBarPiece(4, 2, 250, 500),
        StarBarPiece(0, 1, 750, 250),
    ]


def test_nothing_has_no_bar():
    assert pieces([]) == []


@given(st.lists(st.one_of(st.none(), st.integers(0, 9)), min_size=1))
def test_pieces_join_and_fill_the_bar(stars):
    bar = pieces(stars)
    assert sum(piece.count for piece in bar) == len(stars)
    assert [piece.start for piece in bar[1:]] == [piece.start + piece.width for piece in bar[:-1]]
    assert (bar[0].start, bar[-1].start + bar[-1].width) == (0, LENGTH)
