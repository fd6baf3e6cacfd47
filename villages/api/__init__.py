"""The API of units, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from villages.api.figures import ProfileViewSet
from villages.api.orders import OrderViewSet
from villages.api.units import UnitViewSet

router = SimpleRouter()
router.register("units", UnitViewSet, basename="api-unit")
router.register("orders", OrderViewSet, basename="api-order")
router.register("profiles", ProfileViewSet, basename="api-profile")

urlpatterns = router.urls
