import pytest

from records.numbers import Ambiguous, keys, without_groups


def test_only_what_can_be_a_key_is_one():
    assert keys(["7", "007", "", "-1", "1.0", "²", "٣", "x", "9" * 40]) == {7}


@pytest.mark.parametrize(
    ("typed", "read"),
    [("1,234,567.8", "1234567.8"), ("-12,345,678", "-12345678"), ("12.5", "12.5"), ("1,2,3", "1,2,3"), ("", "")],
)
def test_full_groups_are_thousands(typed, read):
    assert without_groups(typed) == read


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("12,5", "是12.5还是125？请不要打逗号，重新填写。"),
        ("1,234", "是1.234还是1234？请不要打逗号，重新填写。"),
        ("1,234.5", "是1234.5吗？请不要打逗号，重新填写。"),
    ],
)
def test_a_single_comma_is_asked_about(typed, asked):
    with pytest.raises(Ambiguous, match=asked.replace("？", ".")):
        without_groups(typed)
