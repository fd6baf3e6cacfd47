"""Steps wait for orders, and orders for steps: no application continues at a unit dissolved meanwhile."""

from collections.abc import Collection

from django.db import connection
from django.utils.translation import gettext as _

from records.refusals import WrongState

_HOLD = "select name, ended from villages_unit where code = any(%s) order by code for share"
_HOLD_OF = """
select name, ended from villages_unit
where code in (select unit_id from ratings_application where id = any(%s))
order by code for share
"""


def hold_standing(units: Collection[str]) -> None:
    """No order may merge, split or retag these units (by code) until the end of this transaction.

    Taken before any application is locked, as orders do. Raises ``WrongState`` when one of them is dissolved.
    """
    _hold(_HOLD, sorted(units))


def hold_standing_of(applications: Collection[int]) -> None:
    """``hold_standing`` for the units of these applications (by id)."""
    _hold(_HOLD_OF, sorted(applications))


def _hold(statement: str, keys: list[str] | list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [keys])
        ended = [name for name, day in cursor.fetchall() if day is not None]
    if ended:
        raise WrongState(_("%(unit)s has been dissolved already.") % {"unit": ended[0]})
