"""The API of ratings, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from ratings.register_api import EventViewSet, ProposalViewSet, RegisterViewSet

router = SimpleRouter()
router.register("register", RegisterViewSet, basename="api-register")
router.register("events", EventViewSet, basename="api-event")
router.register("proposals", ProposalViewSet, basename="api-proposal")

urlpatterns = router.urls
