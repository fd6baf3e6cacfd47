"""Every address of the system with an object of the first county behind it, and who may open it.

A new address needs its line here, or ``test_access_isolation.py`` fails. A line says, by method, which permission gives
access: ``At`` on the unit that the address is about, ``Anywhere`` for lists that show everybody their own, ``Only``
where access is personal (a score sheet, a notice). A method that is not listed is closed to all.
"""

from tests.route_permissions.api import API
from tests.route_permissions.pages import PAGES

__all__ = ["API", "DOORS", "PAGES"]

DOORS = PAGES | API
