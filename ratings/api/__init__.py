"""The API of ratings, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from ratings.api.applications import ApplicationViewSet, EvidenceViewSet
from ratings.api.cycles import CycleViewSet
from ratings.api.events import EventViewSet
from ratings.api.register import ProposalViewSet, RegisterViewSet
from ratings.api.schemes import SchemeViewSet

router = SimpleRouter()
router.register("applications", ApplicationViewSet, basename="api-application")
router.register("evidence", EvidenceViewSet, basename="api-evidence")
router.register("schemes", SchemeViewSet, basename="api-scheme")
router.register("cycles", CycleViewSet, basename="api-cycle")
router.register("register", RegisterViewSet, basename="api-register")
router.register("events", EventViewSet, basename="api-event")
router.register("proposals", ProposalViewSet, basename="api-proposal")

urlpatterns = router.urls
