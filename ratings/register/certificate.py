"""The check code of a star certificate (星级证书)."""

from records import signed_codes

PURPOSE = "ratings.certificate"


def code_of(decision_id: int) -> str:
    return signed_codes.code_of(PURPOSE, decision_id)


def decision_of(code: str) -> int | None:
    """The decision of a code, however it was typed; None if we never issued it."""
    return signed_codes.number_of(PURPOSE, code)
