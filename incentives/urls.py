"""Pages about money. Policies and funds have the same addresses under their own names."""

from django.urls import URLPattern, path

from incentives import views
from incentives.models import ProjectFund, RewardPolicy, Source


def source_pages(folder: str, kind: type[Source]) -> list[URLPattern]:
    this, name = {"kind": kind}, kind.PAGE
    return [
        path(f"{folder}/", views.sources, this, name=folder),
        path(f"{folder}/new/<str:county>/", views.new, this, name=f"{name}-new"),
        path(f"{folder}/<int:pk>/", views.detail, this, name=name),
        path(f"{folder}/<int:pk>/edit/", views.edit, this, name=f"{name}-edit"),
        path(f"{folder}/<int:pk>/disburse/", views.disburse, this, name=f"{name}-disburse"),
        path(f"{folder}/<int:pk>/ledger/", views.ledger, this, name=f"{name}-ledger"),
        path(f"{folder}/<int:pk>/attachment/", views.attachment, this, name=f"{name}-attachment"),
        path(f"{folder}/<int:pk>/list.xlsx", views.workbook, this, name=f"{name}-workbook"),
        path(f"{folder}/<int:pk>/step/<slug:verb>/", views.step, this, name=f"{name}-step"),
    ]


urlpatterns = [
    *source_pages("policies", RewardPolicy),
    *source_pages("funds", ProjectFund),
    path("public/policies/", views.filed, name="filed_policies"),
    path("public/policies/<str:code>/", views.filed, name="filed_policies_place"),
    path("public/policies/<slug:name>/<int:pk>/", views.filing, name="filed_policy"),
    path("public/policies/<slug:name>/<int:pk>/attachment/", views.filed_attachment, name="filed_attachment"),
    path("ledger/<int:pk>/correct/", views.correct, name="ledger-correct"),
    path("clawbacks/<int:pk>/", views.settle, name="clawback"),
    path("payees/", views.payees, name="payees"),
    path("payees/<str:code>/", views.payee, name="payee"),
    path("payees/<str:code>/propose/", views.propose_payee, name="payee-propose"),
    path("payees/accounts/<int:pk>/confirm/", views.settle_payee, {"verb": "confirm"}, name="payee-confirm"),
    path("payees/accounts/<int:pk>/decline/", views.settle_payee, {"verb": "decline"}, name="payee-decline"),
    path("vouchers/", views.vouchers, name="vouchers"),
    path("vouchers/<int:pk>/", views.voucher, name="voucher"),
    path("vouchers/<int:pk>/bank-list/", views.bank_list, name="voucher-bank-list"),
    path("vouchers/<int:pk>/accounts/", views.add_accounts, name="voucher-accounts"),
    path("vouchers/<int:pk>/paper.pdf", views.voucher_paper, name="voucher-paper"),
    path("vouchers/<int:pk>/statement/", views.import_statement, name="voucher-statement"),
    path("vouchers/<int:pk>/explain/", views.explain, name="voucher-explain"),
    path("vouchers/statements/<int:pk>/withdraw/", views.withdraw_statement, name="statement-withdraw"),
    path("vouchers/marked/<str:key>/", views.marked_statement, name="statement-marked"),
    path("money/", views.unit_money, name="unit-money"),
]
