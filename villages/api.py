"""The API of units, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from villages.figures_api import ProfileViewSet
from villages.order_api import OrderViewSet
from villages.unit_api import UnitViewSet

router = SimpleRouter()
router.register("units", UnitViewSet, basename="api-unit")
router.register("orders", OrderViewSet, basename="api-order")
router.register("profiles", ProfileViewSet, basename="api-profile")

urlpatterns = router.urls
