"""The API of policies, rewards, funds, ledger and allocation (``/api/v1/``)."""

from django.urls import path

from incentives.api.preview import AllocationPreview

urlpatterns = [path("allocations/preview/", AllocationPreview.as_view(), name="api-allocation-preview")]
