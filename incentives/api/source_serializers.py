"""What the API shows of policies and funds, and what it takes."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from incentives.models import PlannedSum, ProjectFund, RewardBand, RewardPolicy, Source, StarWeight
from incentives.models.source import RewardFigure
from incentives.planned import above_budget
from incentives.workflow.actions import available, writers
from incentives.workflow.terms import BandRow
from records.validated_input import ExactSerializer
from villages.models import Level, Unit

SHARED = ["id", "unit", "year", "name", "rates", "reckoning_day", "starts", "ends", "budget", "committed", "disbursed"]
SHARED += ["written_by", "attachment", "state", "answer", "opinion", "filing_number", "effective_at", "steps"]


class BandSerializer(serializers.ModelSerializer):
    """A star and its half-open band: `first` up to, but not including, `after` (none: no end)."""

    first = serializers.IntegerField(source="band.lower")
    after = serializers.IntegerField(source="band.upper", allow_null=True)

    class Meta:
        model = RewardBand
        fields = ["star", "first", "after", "amount"]


class WeightSerializer(serializers.ModelSerializer):
    class Meta:
        model = StarWeight
        fields = ["star", "weight"]


class PlannedSerializer(serializers.ModelSerializer):
    class Meta:
        model = PlannedSum
        fields = ["unit", "amount"]


class SourceSerializer(serializers.ModelSerializer):
    """`steps`: what you may do next. `attachment`: the name of the document, given by `…/attachment/`."""

    steps = serializers.SerializerMethodField()
    attachment = serializers.CharField(source="attachment.name", default="", read_only=True)

    def get_steps(self, source: Source) -> list[str]:
        return [step.verb for step in available(self.context["request"].user, source)]


class PolicySerializer(SourceSerializer):
    bands = BandSerializer(many=True)

    class Meta:
        model = RewardPolicy
        fields = [*SHARED, "figure", "coefficient", "clawback", "bands"]


class FundSerializer(SourceSerializer):
    weights = WeightSerializer(many=True)
    planned = PlannedSerializer(many=True)

    class Meta:
        model = ProjectFund
        fields = [*SHARED, "department", "min_star", "need", "at_least", "at_most", "weights", "planned"]


class DraftSerializer(ExactSerializer):
    """The terms of a draft. `unit`: the code of the county. It is drafted for finance or the department of its sender;
    `written_by` says for which of them when the sender may write for several ("": finance).

    With an ``instance`` these are all its new terms.
    """

    unit = serializers.CharField(max_length=12)
    written_by = serializers.CharField(max_length=50, required=False, allow_blank=True)
    year = serializers.IntegerField(min_value=2000, max_value=2100)
    name = serializers.CharField(max_length=100)
    rates = serializers.ChoiceField(choices=Level.choices, default=Level.VILLAGE)
    reckoning_day = serializers.DateField()
    starts = serializers.DateField()
    ends = serializers.DateField()
    budget = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=Decimal("0.01"))

    def validate_unit(self, code: str) -> Unit:
        """A county where the person writes such drafts; any other is treated as unknown. It does not change after
        drafting."""
        county = self.instance.unit if self.instance else Unit.objects.filter(pk=code).first()
        if county is None or county.code != code or not self._writers(county):
            raise serializers.ValidationError(_("There is no such unit."))
        return county

    def _writers(self, county: Unit) -> list[str]:
        """The departments that may write it; "" for finance."""
        if self.instance:
            return [self.instance.written_by]
        return writers(self.context["request"].user, self.context["kind"], county)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if not given["starts"] <= given["reckoning_day"] <= given["ends"]:
            raise serializers.ValidationError({"reckoning_day": [_("The reckoning day must lie in the period.")]})
        possible = self._writers(given["unit"])
        if given.setdefault("written_by", possible[0]) not in possible:
            raise serializers.ValidationError({"written_by": [_("You write for your own department only.")]})
        same = self.context["kind"].objects.filter(**{name: given[name] for name in ("unit", "year", "name")})
        if same.filter(written_by=given["written_by"]).exclude(pk=self.instance and self.instance.pk).exists():
            raise serializers.ValidationError({"name": [_("There is one of this name for the year already.")]})
        return given


class DraftBandSerializer(ExactSerializer):
    star = serializers.IntegerField(min_value=0, max_value=20)
    first = serializers.IntegerField(min_value=0)
    after = serializers.IntegerField(min_value=1, allow_null=True, default=None)
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0)


class PolicyDraftSerializer(DraftSerializer):
    figure = serializers.ChoiceField(choices=RewardFigure.choices, default=RewardFigure.POPULATION)
    coefficient = serializers.DecimalField(
        max_digits=7, decimal_places=4, default=Decimal(1), min_value=Decimal("0.0001")
    )
    clawback = serializers.ChoiceField(choices=RewardPolicy.Clawback.choices, default=RewardPolicy.Clawback.NONE)
    bands = DraftBandSerializer(many=True)

    def validate_bands(self, bands: list[dict[str, Any]]) -> list[BandRow]:
        """Half-open bands of one star do not overlap."""
        rows = [(one["star"], one["first"], one["after"], one["amount"]) for one in bands]
        by_star = sorted(rows, key=lambda row: row[:2])
        for (star, first, after, _amount), (next_star, next_first, *_rest) in pairwise([*by_star, (-1, 0, 0, 0)]):
            if (after is not None and after <= first) or (star == next_star and (after is None or after > next_first)):
                raise serializers.ValidationError(_("The bands of a star must not overlap or be empty."))
        return rows


class DraftWeightSerializer(ExactSerializer):
    star = serializers.IntegerField(min_value=0, max_value=20)
    weight = serializers.DecimalField(max_digits=8, decimal_places=4, min_value=Decimal("0.0001"))


class DraftPlannedSerializer(ExactSerializer):
    unit = serializers.CharField(max_length=12)
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=Decimal("0.01"))


class FundDraftSerializer(DraftSerializer):
    department = serializers.CharField(max_length=50, required=False, help_text="Of finance's drafts; else your own")
    min_star = serializers.IntegerField(min_value=1, max_value=20)
    need = serializers.ChoiceField(choices=RewardFigure.choices, allow_blank=True, default="")
    at_least = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0, allow_null=True, default=None)
    at_most = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0, allow_null=True, default=None)
    weights = DraftWeightSerializer(many=True, required=False, default=list)
    planned = DraftPlannedSerializer(
        many=True, required=False, default=list, help_text="Of a project: its units with their sums, instead of weights"
    )

    def validate_weights(self, weights: list[dict[str, Any]]) -> dict[int, Decimal]:
        by_star = {one["star"]: one["weight"] for one in weights}
        if len(by_star) < len(weights):
            raise serializers.ValidationError(_("This star has a weight already."))
        return by_star

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["at_most"] is not None and given["at_most"] < (given["at_least"] or 0):
            raise serializers.ValidationError({"at_most": [_("This is below the minimum amount.")]})
        given = super().validate(given)
        return given | {"planned": self._planned(given), "department": self._department(given)}

    def _planned(self, given: dict[str, Any]) -> dict[str, Decimal]:
        """Each unit once, rated in the county, and no more than the budget in all."""
        planned = {one["unit"]: one["amount"] for one in given["planned"]}
        rated = Unit.objects.within(given["unit"].code).rated(given["rates"]).filter(pk__in=planned)
        if rated.count() < len(given["planned"]):
            raise serializers.ValidationError({"planned": [_("A unit is not rated here, or stands here twice.")]})
        if problem := above_budget(given["budget"], planned):
            raise serializers.ValidationError({"planned": [problem]})
        return planned

    def _department(self, given: dict[str, Any]) -> str:
        """Those who write for a department have their own; finance names one."""
        writer, named = given["written_by"], given.get("department", "")
        if not (writer or named):
            raise serializers.ValidationError({"department": [_("This field is required.")]})
        if writer and named and named != writer:
            raise serializers.ValidationError({"department": [_("You write for your own department only.")]})
        return writer or named


class OpinionAnswerSerializer(ExactSerializer):
    """`answer`: what to say to the opinion with which the office returned it."""

    answer = serializers.CharField(required=False, allow_blank=True, default="")


class AttachmentSerializer(ExactSerializer):
    file = serializers.FileField()


class OpinionSerializer(ExactSerializer):
    agreed = serializers.BooleanField()
    number = serializers.CharField(required=False, allow_blank=True, default="", max_length=50)
    opinion = serializers.CharField(required=False, allow_blank=True, default="")


class HandOverSerializer(ExactSerializer):
    """`department`: one that has somebody in the county to go on with it."""

    department = serializers.CharField(max_length=50)


class TakeBackSerializer(ExactSerializer):
    reason = serializers.CharField()


class PaymentSerializer(ExactSerializer):
    line = serializers.IntegerField(help_text="Id of the reward or allocation")
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=Decimal("0.01"))


class DisbursementSerializer(ExactSerializer):
    """`key` is the idempotency key of the instalment: sent again, it pays nothing more. Without `payments`: all that is
    owed.

    Another document or other amounts under the same key are a conflict.
    """

    key = serializers.CharField(max_length=64)
    document = serializers.CharField(max_length=100)
    payments = PaymentSerializer(many=True, required=False)

    def validate_payments(self, payments: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({payment["line"] for payment in payments}) < len(payments):
            raise serializers.ValidationError(_("One line is listed twice."))
        return payments
