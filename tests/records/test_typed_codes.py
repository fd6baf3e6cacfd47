"""Typed codes are found however they were typed."""

import pytest

from records.typed_codes import grouped, normalized

TYPED = [
    "K3MX-92QF-7ABC",
    "k3mx92qf7abc",
    " K3MX 92QF 7ABC ",
    "Ｋ３ＭＸ－９２ＱＦ－７ＡＢＣ",
    "k3mx—92qf–7abc",
    "K3MX　92QF　7ABC",
]


@pytest.mark.parametrize("typed", TYPED)
def test_a_code_is_read_however_it_was_typed(typed):
    assert grouped(normalized(typed)) == "K3MX-92QF-7ABC"


def test_other_letters_stay_other():
    assert normalized("K3MX-92QF-7ABD") == "K3MX92QF7ABD"
