"""A programme's year: opened, given more time, confirmed by a document, published; the confirmation taken back."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from programmes import telling
from programmes.facts import waiting_for
from programmes.grading import Graded, counts, graded
from programmes.models import RUN, CycleState, ProgrammeCycle, ProgrammeResult
from programmes.workflow.actions import standing_of, taking
from ratings.models import Programme, Scheme
from ratings.scheme.drafting import digest
from records import audit
from records.previews import as_stored, require_unchanged
from records.refusals import Incomplete, NotAllowed, WrongState, require_reason

State = CycleState


def may_open(user: User, scheme: Scheme) -> bool:
    """Whether the scheme is one of a programme that the office of ``user`` itself runs."""
    return scheme.programme is not None and scheme.programme.unit_id in user.reach(RUN)


@transaction.atomic
def open_cycle(scheme: Scheme, *, answers_until: datetime, by: User | None) -> ProgrammeCycle:
    """Open the year of a programme's issued scheme; whoever has questions to answer is told.

    Raises ``NotAllowed``; ``WrongState`` if the scheme is not issued, is no programme's, is not the latest version of
    its year, or the year is open already.
    """
    if scheme.programme is None or scheme.state != Scheme.State.ISSUED:
        raise WrongState(_("Only an issued scheme of a programme can be used."))
    if by is not None and not may_open(by, scheme):
        raise NotAllowed
    _require_to_come(answers_until)
    _require_latest(scheme)
    cycle = ProgrammeCycle(
        programme=scheme.programme,
        scheme=scheme,
        year=scheme.year,
        rates=scheme.rates,
        answers_until=answers_until,
        opened_by=by,
    )
    try:
        with transaction.atomic(), audit.acting(by, "open_programme"):
            cycle.save()
            telling.tell_what_is_asked(cycle, "programme_opened", waiting_for(cycle))
    except IntegrityError:
        raise WrongState(_("The year %s of this programme has been opened already.") % scheme.year) from None
    return cycle


def extend(cycle: ProgrammeCycle, *, answers_until: datetime, by: User, expected: Any = None) -> ProgrammeCycle:
    """Take answers until a later moment, also after the first one has passed; whose answers are missing is told."""
    with taking("extend_programme", cycle, by) as fresh:
        require_unchanged(expected, standing_of(fresh))
        _require_to_come(answers_until)
        if answers_until <= fresh.answers_until:
            message = _("It must be later than the current time.")
            raise Incomplete(message, {"answers_until": message})
        fresh.answers_until = answers_until
        fresh.save(update_fields=["answers_until"])
        telling.tell_what_is_asked(fresh, "programme_opened", waiting_for(fresh))
    return fresh


def offered(cycle: ProgrammeCycle, results: list[Graded]) -> dict[str, Any]:
    """What the page shows before the results are confirmed: how many have which grade, and each unit's own."""
    each = [[one.known.unit.code, one.grade, one.found and one.found["total"]] for one in results]
    spread = counts((one.grade, one.found is not None) for one in results)
    return spread | {"scheme": cycle.scheme_id, "digest": digest(as_stored(each))}


def confirm(cycle: ProgrammeCycle, *, document: str, by: User, expected: Any = None) -> ProgrammeCycle:
    """Keep the results of all units as they are now, by ``document``. Units with something missing have no grade.

    Raises ``NotAllowed``; ``WrongState`` while answers are taken; ``Outdated`` when a result differs from ``expected``
    (``offered``); ``Incomplete`` without a document.
    """
    with taking("confirm_programme", cycle, by, document) as fresh:
        if not document.strip():
            message = _("Please give the number of the document.")
            raise Incomplete(message, {"document": message})
        today = timezone.localdate()
        results = graded(fresh, today)
        require_unchanged(expected, offered(fresh, results))
        ProgrammeResult.objects.bulk_create((one.result(fresh) for one in results), batch_size=1000)
        fresh.state, fresh.on, fresh.document, fresh.confirmed_by = State.CONFIRMED, today, document.strip(), by
        fresh.save(update_fields=["state", "on", "document", "confirmed_by"])
    return fresh


def take_back(cycle: ProgrammeCycle, *, reason: str, by: User, expected: Any = None) -> ProgrammeCycle:
    """Take the confirmation back before it is published, for a reason; the results are computed again."""
    said = require_reason(reason)
    with taking("take_back_programme", cycle, by, said) as fresh:
        require_unchanged(expected, standing_of(fresh))
        fresh.state, fresh.on, fresh.document, fresh.confirmed_by = State.OPEN, None, "", None
        fresh.save(update_fields=["state", "on", "document", "confirmed_by"])
        ProgrammeResult.objects.filter(cycle=fresh).delete()
    return fresh


def publish(cycle: ProgrammeCycle, *, by: User, expected: Any = None) -> ProgrammeCycle:
    """Show the results to everybody, and tell the units and their offices."""
    with taking("publish_programme", cycle, by) as fresh:
        require_unchanged(expected, standing_of(fresh))
        fresh.state, fresh.published_by, fresh.published_at = State.PUBLISHED, by, timezone.now()
        fresh.save(update_fields=["state", "published_by", "published_at"])
        telling.tell_of_results(fresh)
    return fresh


def _require_latest(scheme: Scheme) -> None:
    """The lock is the one of ``issue_scheme``: no version is issued between this look and the opening."""
    Programme.objects.select_for_update(no_key=True).get(pk=scheme.programme_id)
    issued = Scheme.with_programmes.issued().filter(
        programme=scheme.programme_id, year=scheme.year, rates=scheme.rates, version__gt=scheme.version
    )
    if issued.exists():
        raise WrongState(_("A later version of this scheme has been issued. Please open the year with that one."))


def _require_to_come(answers_until: datetime) -> None:
    if answers_until <= timezone.now():
        message = _("This deadline is over already.")
        raise Incomplete(message, {"answers_until": message})
