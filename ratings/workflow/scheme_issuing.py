"""Issuing a draft scheme as its page showed it, and telling everybody whom it concerns.

Other apps say in ``registrations.py`` what still keeps a draft from being issued (``hindrances``).
"""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Appointment
from accounts.roles import RATED_POSTS, Role
from ratings import notices
from ratings.models import Scheme
from ratings.scheme import drafting
from ratings.scheme.problems import errors
from ratings.scheme.reading import SchemeRefused, check_scheme
from ratings.workflow.new_version import consequences, waiting_words
from ratings.workflow.scheme import issue_scheme
from ratings.workflow.scheme_drafts import require_writer, written
from records.previews import require_unchanged
from records.refusals import Incomplete, WrongState
from records.registry import Registry
from villages.models import below

hindrances = Registry[Callable[[Scheme], list[str]]]()
"""Each says in words what has to be done first; they are asked again under the lock of the draft."""
CONCERNED = (
    *RATED_POSTS,
    Role.TOWNSHIP_OFFICE,
    Role.TOWNSHIP_REVIEWER,
    Role.TOWNSHIP_LEADER,
    Role.COUNTY_REVIEWER,
    Role.COUNTY_OFFICE,
    Role.DEPARTMENT,
    Role.DISCIPLINE,
)


def offered(scheme: Scheme) -> dict[str, Any]:
    """What issuing would do now: which text, what its checks say, whom it rates, whom it moves, how many are told."""
    body, _number = written(scheme)
    try:
        reading = check_scheme(body)
        problems, moves = reading.warnings, consequences(scheme, reading)
    except SchemeRefused as refused:
        problems, moves = refused.problems, {}
    missing = [words for find in hindrances for words in find(scheme)]
    if waiting := moves.get("waiting"):
        missing.append(waiting_words(waiting))
    return {
        "digest": drafting.digest(body),
        "errors": len(errors(problems)),
        "warnings": [str(problem) for problem in problems if problem.severity == "warning"],
        "units": scheme.rated_units().count(),
        "people": len(_concerned(scheme)),
        "moves": moves,
        "hindrances": missing,
    }


@transaction.atomic
def issue(scheme: Scheme, *, by: Any, expected: Any = None) -> Scheme:
    """Put the draft in force as ``offered`` showed it, and tell those who are rated or rate by it.

    Raises ``NotAllowed``; ``WrongState`` if it is issued already; ``Outdated`` when the page is not true any more;
    ``Incomplete`` while there are errors, ``WrongState`` while something has to be done first.
    """
    require_writer(by, scheme)
    scheme = Scheme.with_programmes.select_for_update(of=("self",)).select_related("unit").get(pk=scheme.pk)
    if scheme.state != Scheme.State.DRAFT:
        raise WrongState(_("This scheme is issued already."))
    now = offered(scheme)
    require_unchanged(expected, now)
    if now["errors"]:
        raise Incomplete(_("The scheme still has errors. It can be issued once they are fixed."))
    if now["hindrances"]:
        raise WrongState(now["hindrances"][0])
    scheme = issue_scheme(scheme, by=by)
    notices.tell_of_scheme(scheme, _concerned(scheme))
    return scheme


def _concerned(scheme: Scheme) -> set[int]:
    today = Appointment.objects.on(timezone.localdate()).for_rating_of(scheme.rates)
    held = today.filter(below(scheme.unit_id, "unit_id"), role__in=CONCERNED)
    return set(held.values_list("user_id", flat=True))
