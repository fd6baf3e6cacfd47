"""Vouchers over the API: what was confirmed, the bank's list, what the bank really paid, and why it differs."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from accounts.api_permission import HasUnitPermission
from incentives import workflow
from incentives.models import BankStatement, Voucher
from incentives.payees.bank_list import write_bank_list
from incentives.reconciling.differences import DifferenceKind
from incentives.reconciling.page import ReconciledRow, VoucherPage
from incentives.reconciling.statement import VoucherLine, VoucherState
from records.described_files import A_FILE
from records.idempotency import KEY, once
from records.sheet_upload import MOST_BYTES, workbook
from records.validated_input import ExactSerializer, NoFields, sent
from records.workbooks import SheetRefused

PAY = "incentives.disburse"


class VoucherLineSerializer(serializers.Serializer):
    """`amount`: what is to be paid now, corrections counted. `account`: its last four digits; none: no account."""

    entry = serializers.IntegerField(source="entry.pk")
    unit = serializers.CharField(source="unit.code")
    booked = serializers.DecimalField(max_digits=14, decimal_places=2)
    amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    paid = serializers.DecimalField(max_digits=14, decimal_places=2)
    account = serializers.SerializerMethodField()

    def get_account(self, line: VoucherLine) -> str | None:
        return line.account.masked if line.account else None


class DifferenceSerializer(serializers.Serializer):
    """`key` names the difference for its explanation."""

    key = serializers.CharField(source="difference.key")
    unit = serializers.CharField(source="code")
    finding = serializers.ChoiceField(choices=DifferenceKind.choices, source="difference.finding")
    booked = serializers.DecimalField(max_digits=14, decimal_places=2, source="difference.booked")
    paid = serializers.DecimalField(max_digits=14, decimal_places=2, source="difference.paid")
    explanation = serializers.SerializerMethodField()

    def get_explanation(self, row: ReconciledRow) -> str:
        return row.explanation.text if row.explanation else ""


class BankStatementSerializer(serializers.ModelSerializer):
    class Meta:
        model = BankStatement
        fields = ["id", "name", "by", "at", "withdrawn_at", "reason"]


class VoucherSerializer(serializers.ModelSerializer):
    """`unexplained`: how many differences wait for an explanation; none before the bank's first statement."""

    class Meta:
        model = Voucher
        fields = ["id", "unit", "policy", "fund", "document", "by", "at", "listed_by", "listed_at", "unexplained"]


class VoucherDetailSerializer(VoucherSerializer):
    lines = serializers.SerializerMethodField()
    differences = serializers.SerializerMethodField()
    statements = BankStatementSerializer(many=True)

    class Meta(VoucherSerializer.Meta):
        fields = [*VoucherSerializer.Meta.fields, "lines", "differences", "statements"]

    @extend_schema_field(VoucherLineSerializer(many=True))
    def get_lines(self, voucher: Voucher) -> Any:
        return VoucherLineSerializer(self._page(voucher).state.lines, many=True).data

    @extend_schema_field(DifferenceSerializer(many=True))
    def get_differences(self, voucher: Voucher) -> Any:
        return DifferenceSerializer(self._page(voucher).differing, many=True).data

    def _page(self, voucher: Voucher) -> VoucherPage:
        if not hasattr(voucher, "page"):
            voucher.page = VoucherPage(voucher)
        return voucher.page


class StatementSerializer(ExactSerializer):
    file = serializers.FileField(help_text="Excel or CSV, as on the page")

    def validate_file(self, file: Any) -> Any:
        if file.size > MOST_BYTES:
            raise serializers.ValidationError(_("The sheet is too large: at most 5 MB."))
        return file


class ExplanationSerializer(ExactSerializer):
    difference = serializers.CharField(max_length=200, help_text="The `key` of the difference")
    text = serializers.CharField()


class WithdrawStatementSerializer(ExactSerializer):
    statement = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    reason = serializers.CharField()


class VoucherViewSet(ReadOnlyModelViewSet):
    """Instalments that were confirmed, newest first."""

    permission_classes = (HasUnitPermission,)
    needs = (PAY,)
    queryset = Voucher.objects.select_related("policy", "fund", "unit")
    serializer_class = VoucherSerializer
    filterset_fields = ["unit", "policy", "fund"]
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Voucher]:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return super().get_queryset().seen_by(self.request.user)

    @extend_schema(responses=VoucherDetailSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One voucher with its payments, its differences and the bank's statements."""
        return self._told(self.get_object())

    @extend_schema(request=None, responses=A_FILE)
    @action(detail=True, methods=["post"])
    def bank_list(self, request: Request, pk: str) -> HttpResponse:
        """The bank's list as Excel, with whole account numbers: who takes it, and when, is kept."""
        voucher = self.get_object()
        sent(NoFields, request)
        file = BytesIO()
        write_bank_list(VoucherState(voucher), file)
        workflow.take_bank_list(voucher, by=request.user)
        return workbook(file.getvalue(), f"bank-{voucher.pk}.xlsx")

    @extend_schema(request=None, responses=VoucherDetailSerializer, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def accounts(self, request: Request, pk: str) -> Response:
        """Take up accounts that were confirmed since."""
        voucher = self.get_object()
        sent(NoFields, request)
        return self._once(voucher, lambda: workflow.add_accounts(voucher, by=request.user))

    @extend_schema(
        request={"multipart/form-data": StatementSerializer}, responses=VoucherDetailSerializer, parameters=[KEY]
    )
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def statement(self, request: Request, pk: str) -> Response:
        """Import what the bank paid: all of the sheet or, with every wrong cell, nothing."""
        voucher, file = self.get_object(), sent(StatementSerializer, request)["file"]

        def act() -> None:
            try:
                file.seek(0)
                workflow.import_statement(voucher, file.read(), name=file.name, by=request.user)
            except SheetRefused as refused:
                wrong = [str(one) for one in refused.problems]
                raise serializers.ValidationError({"file": wrong or [str(refused)]}) from refused

        return self._once(voucher, act)

    @extend_schema(request=ExplanationSerializer, responses=VoucherDetailSerializer, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def explain(self, request: Request, pk: str) -> Response:
        """Say why a difference is there."""
        voucher, given = self.get_object(), sent(ExplanationSerializer, request)
        return self._once(voucher, lambda: workflow.explain(voucher, **given, by=request.user))

    @extend_schema(request=WithdrawStatementSerializer, responses=VoucherDetailSerializer, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def withdraw_statement(self, request: Request, pk: str) -> Response:
        """Leave a statement that was imported by mistake out of account."""
        voucher, given = self.get_object(), sent(WithdrawStatementSerializer, request)
        statement = get_object_or_404(voucher.statements.all(), pk=given["statement"])
        return self._once(
            voucher, lambda: workflow.withdraw_statement(statement, reason=given["reason"], by=request.user)
        )

    def _once(self, voucher: Voucher, step: Callable[[], Any]) -> Response:
        def act() -> Response:
            step()
            voucher.refresh_from_db()
            return self._told(voucher)

        return once(self.request, act)

    def _told(self, voucher: Voucher) -> Response:
        return Response(VoucherDetailSerializer(voucher, context=self.get_serializer_context()).data)
