"""The secrets of second factors, as they are stored (``config.account_adapter`` encrypts them)."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator

from records.encryption import Unreadable
from records.refusals import WrongState


def encrypt_anew(factor: Authenticator) -> None:
    """Under the current key; not saved. Raises ``Unreadable``."""
    adapter = get_adapter()
    try:
        factor.data |= {name: adapter.encrypt(adapter.decrypt(factor.data[name])) for name in _secrets(factor)}
    except WrongState:
        raise Unreadable from None


def _secrets(factor: Authenticator) -> set[str]:
    """An authenticator's secret, the seed of recovery codes."""
    return {"secret", "seed"} & factor.data.keys()
