"""The API of reviews under /api/v1/: every rule of the pages applies here too."""

from rest_framework.routers import SimpleRouter

from reviews.api.appeals import AppealViewSet
from reviews.api.checks import CheckViewSet
from reviews.api.deciding import BatchViewSet, DecisionViewSet, VerdictViewSet
from reviews.api.public import NoticeViewSet, ObjectionViewSet
from reviews.api.scoring import PanelViewSet, SheetViewSet
from reviews.api.settlements import SettlementViewSet

router = SimpleRouter()
router.register("panels", PanelViewSet, "api-panel")
router.register("sheets", SheetViewSet, "api-sheet")
router.register("settlements", SettlementViewSet, "api-settlement")
router.register("decisions", DecisionViewSet, "api-decision")
router.register("verdicts", VerdictViewSet, "api-verdict")
router.register("checks", CheckViewSet, "api-check")
router.register("batches", BatchViewSet, "api-batch")
router.register("notices", NoticeViewSet, "api-notice")
router.register("objections", ObjectionViewSet, "api-objection")
router.register("appeals", AppealViewSet, "api-appeal")
urlpatterns = router.urls
