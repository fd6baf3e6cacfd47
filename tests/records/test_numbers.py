from records.numbers import keys


def test_only_what_can_be_a_key_is_one():
    assert keys(["7", "007", "", "-1", "1.0", "²", "٣", "x", "9" * 40]) == {7}
