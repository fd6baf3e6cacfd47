"""What a panel found in a criterion, and what would have to be true for more points, in words."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from ratings.allowance.cheapest_way import CriterionGain
from ratings.models import Application
from ratings.scheme.spec import Checklist, Criterion, Judged, Linear, Question, Tiers
from records.numbers import plain
from reviews.models import Sheet, SheetEntry


@dataclass(frozen=True)
class Findings:
    """What the reviewers entered, by item, without their names, and the panel's figures by criterion.

    Where nothing was entered item by item, nothing is claimed about it.
    """

    entries: dict[str, list[SheetEntry]]
    figures: Mapping[str, Decimal | None]

    @classmethod
    def of(cls, application: Application, stage: str, figures: Mapping[str, Decimal | None]) -> "Findings":
        rows = SheetEntry.objects.filter(
            sheet__application=application, sheet__stage=stage, sheet__state=Sheet.State.HANDED_IN
        )
        entries: dict[str, list[SheetEntry]] = defaultdict(list)
        for entry in rows.order_by("pk"):
            entries[entry.item].append(entry)
        return cls(dict(entries), figures)

    def values(self, item: str) -> list[Decimal]:
        return [entry.value for entry in self.entries.get(item, []) if entry.value is not None]

    def counted(self, criterion: Criterion) -> list[tuple[Question, Decimal]]:
        """The items that anybody counted, each with the highest count."""
        counts = ((question, max(self.values(question.item), default=Decimal(0))) for question in criterion.questions)
        return [(question, count) for question, count in counts if count > 0]

    def unticked(self, criterion: Criterion) -> list[Question]:
        """The items that somebody did not find."""
        return [question for question in criterion.questions if 0 in self.values(question.item)]

    def words(self, criterion: Criterion) -> str:
        """What was found, in one line."""
        if isinstance(criterion, Judged):
            return _("; ").join(
                dict.fromkeys(entry.reason for entry in self.entries.get(criterion.code, []) if entry.reason)
            )
        if isinstance(criterion, Tiers | Linear):
            figure = self.figures.get(criterion.code)
            return "" if figure is None else _colon(criterion.figure or criterion.name, plain(figure))
        if isinstance(criterion, Checklist):
            missing = self.unticked(criterion)
            return _colon(_("Not there"), _names(missing)) if missing else ""
        return _("; ").join(_colon(question.name, plain(count)) for question, count in self.counted(criterion))


def must_be_true(step: CriterionGain, findings: Findings) -> list[str]:
    """What would have to be true for the points of ``step``, each in one line."""
    criterion = step.criterion
    if isinstance(criterion, Judged):
        return [_("The reviewers give %(points)s points") % {"points": plain(step.reaches)}]
    if isinstance(criterion, Tiers | Linear):
        return [_figure(criterion, step.facts[criterion.code], findings.figures.get(criterion.code))]
    if isinstance(criterion, Checklist) and not step.penalty:
        return [question.name for question in findings.unticked(criterion) or criterion.questions]
    if criterion.method == "count" and not step.penalty:
        return [_("More of: %(items)s") % {"items": _names(criterion.questions)}]
    counted = [question for question, _count in findings.counted(criterion)]
    return [_("Does not happen again: %(item)s") % {"item": one.name} for one in counted or criterion.questions]


def _figure(criterion: Tiers | Linear, wanted: Decimal, now: Decimal | None) -> str:
    words = {"name": criterion.figure or criterion.name, "figure": plain(wanted)}
    if now is None:
        return _("%(name)s is supplied, and reaches %(figure)s") % words
    return (_("%(name)s: at least %(figure)s") if wanted >= now else _("%(name)s: at most %(figure)s")) % words


def _names(questions: Iterable[Question]) -> str:
    return _(", ").join(question.name for question in questions)


def _colon(name: str, value: str) -> str:
    return _("%(name)s: %(value)s") % {"name": name, "value": value}
