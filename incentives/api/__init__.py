"""The API of policies, rewards, funds, ledger, payees, vouchers and allocation (``/api/v1/``)."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from incentives.api.lines import AllocationViewSet, ClawbackViewSet, LedgerViewSet, RewardViewSet
from incentives.api.payees import PayeeViewSet
from incentives.api.preview import AllocationPreview
from incentives.api.sources import FundViewSet, PolicyViewSet
from incentives.api.vouchers import VoucherViewSet

router = SimpleRouter()
router.register("reward-policies", PolicyViewSet, basename="api-policy")
router.register("rewards", RewardViewSet, basename="api-reward")
router.register("funds", FundViewSet, basename="api-fund")
router.register("allocations", AllocationViewSet, basename="api-allocation")
router.register("ledger", LedgerViewSet, basename="api-ledger")
router.register("payees", PayeeViewSet, basename="api-payee")
router.register("vouchers", VoucherViewSet, basename="api-voucher")
router.register("clawbacks", ClawbackViewSet, basename="api-clawback")

urlpatterns = [
    path("allocations/preview/", AllocationPreview.as_view(), name="api-allocation-preview"),
    *router.urls,
]
