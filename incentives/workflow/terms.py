"""Drafting: the terms of a policy or fund, which may change until the opinion is sought.

``attachment`` is an upload: its document. Raises ``Incomplete`` for a file that cannot be accepted.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from incentives.models import PlannedSum, ProjectFund, RewardBand, RewardPolicy, Source, StarWeight
from incentives.source_state import written
from incentives.workflow.actions import writers
from incentives.workflow.step import step
from records import audit
from records.files import store
from records.previews import require_unchanged
from records.refusals import Incomplete, NotAllowed
from villages.models import Unit

BandRow = tuple[int, int, int | None, Decimal]
"""(star, from, to or None for no end, yuan)"""


@transaction.atomic
def draft_policy(
    *, unit: Unit, by: User, written_by: str | None = None, bands: Iterable[BandRow] = (), **terms: Any
) -> RewardPolicy:
    """A new policy of the county ``unit``; ``terms`` are fields of ``RewardPolicy``. ``written_by``: one of the
    ``writers`` that ``by`` may draft for, the first of them when absent. Raises ``NotAllowed``."""
    writer = _writer(RewardPolicy, unit, by, written_by)
    with audit.acting(by, "draft_policy"):
        policy = RewardPolicy.objects.create(unit=unit, drafted_by=by, written_by=writer, **_stored(terms, by))
        _write_bands(policy, bands)
    return policy


@transaction.atomic
def draft_fund(
    *,
    unit: Unit,
    by: User,
    written_by: str | None = None,
    weights: Mapping[int, Decimal] | None = None,
    planned: Mapping[str, Decimal] | None = None,
    **terms: Any,
) -> ProjectFund:
    """A new fund of the county ``unit``; ``terms`` are fields of ``ProjectFund``, ``written_by`` as for a policy. A
    department's own people draft that of their department. ``planned``: yuan by the unit's code, for a project that
    names its units. Raises ``NotAllowed``."""
    writer = _writer(ProjectFund, unit, by, written_by)
    if writer:
        terms["department"] = writer
    with audit.acting(by, "draft_fund"):
        fund = ProjectFund.objects.create(unit=unit, drafted_by=by, written_by=writer, **_stored(terms, by))
        _write_weights(fund, weights or {})
        _write_planned(fund, planned or {})
        require_one_way_to_share(fund)
    return fund


def revise_policy(
    policy: RewardPolicy, *, by: User, bands: Iterable[BandRow] | None = None, expected: Any = None, **terms: Any
) -> None:
    """Change ``terms`` of a draft, and its whole table when ``bands`` is given.

    ``expected``: what ``written`` returned when the form was opened; raises ``Outdated`` when that has changed.
    """
    with step("revise", policy, by=by):
        _require_as_shown(policy, expected)
        _change(policy, _stored(terms, by))
        if bands is not None:
            policy.bands.all().delete()
            _write_bands(policy, bands)


def revise_fund(
    fund: ProjectFund,
    *,
    by: User,
    weights: Mapping[int, Decimal] | None = None,
    planned: Mapping[str, Decimal] | None = None,
    expected: Any = None,
    **terms: Any,
) -> None:
    """Change ``terms`` of a draft, all its weights when ``weights`` is given, all its planned sums when ``planned`` is;
    ``expected`` as for a policy."""
    with step("revise", fund, by=by):
        _require_as_shown(fund, expected)
        _change(fund, _stored(terms, by))
        if weights is not None:
            fund.weights.all().delete()
            _write_weights(fund, weights)
        if planned is not None:
            fund.planned.all().delete()
            _write_planned(fund, planned)
        require_one_way_to_share(fund)


def require_one_way_to_share(fund: ProjectFund) -> None:
    """Raise ``Incomplete`` for a fund that names its units with their sums and shares out by rule, too: the rule would
    be shown and not count."""
    by_rule = fund.need or fund.at_least is not None or fund.at_most is not None or fund.weights.exists()
    if by_rule and fund.planned.exists():
        words = _("With planned sums, leave weights, need and limits empty: the sums alone count.")
        raise Incomplete(words, {"planned": words})


def _require_as_shown(source: Source, expected: Any) -> None:
    if expected is not None:
        require_unchanged(expected, written(source))


def _change(source: Source, terms: Mapping[str, Any]) -> None:
    for name, value in terms.items():
        setattr(source, name, value)
    source.save()


def _stored(terms: Mapping[str, Any], by: User) -> dict[str, Any]:
    """``terms`` with the upload stored; without one the document stays as it is."""
    kept = {name: value for name, value in terms.items() if name != "attachment"}
    upload = terms.get("attachment")
    if upload is None:
        return kept
    try:
        return kept | {"attachment": store(upload, by=by)}
    except Incomplete as refused:
        raise Incomplete(str(refused), {"attachment": str(refused)}) from refused


def _writer(kind: type[RewardPolicy | ProjectFund], unit: Unit, by: User, chosen: str | None) -> str:
    possible = writers(by, kind, unit)
    if not possible or chosen not in (None, *possible):
        raise NotAllowed
    return possible[0] if chosen is None else chosen


def _write_bands(policy: RewardPolicy, bands: Iterable[BandRow]) -> None:
    RewardBand.objects.bulk_create(
        RewardBand(policy=policy, star=star, band=(first, after), amount=amount) for star, first, after, amount in bands
    )


def _write_weights(fund: ProjectFund, weights: Mapping[int, Decimal]) -> None:
    StarWeight.objects.bulk_create(StarWeight(fund=fund, star=star, weight=weight) for star, weight in weights.items())


def _write_planned(fund: ProjectFund, planned: Mapping[str, Decimal]) -> None:
    PlannedSum.objects.bulk_create(
        PlannedSum(fund=fund, unit_id=code, amount=amount) for code, amount in sorted(planned.items())
    )
