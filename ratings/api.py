"""The API of ratings, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from ratings.application_api import ApplicationViewSet, EvidenceViewSet
from ratings.cycle_api import CycleViewSet
from ratings.register_api import EventViewSet, ProposalViewSet, RegisterViewSet

router = SimpleRouter()
router.register("applications", ApplicationViewSet, basename="api-application")
router.register("evidence", EvidenceViewSet, basename="api-evidence")
router.register("cycles", CycleViewSet, basename="api-cycle")
router.register("register", RegisterViewSet, basename="api-register")
router.register("events", EventViewSet, basename="api-event")
router.register("proposals", ProposalViewSet, basename="api-proposal")

urlpatterns = router.urls
