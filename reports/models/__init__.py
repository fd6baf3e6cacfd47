"""Requests for annual reports; thresholds of warnings; assessments; loaded parts of the demonstration."""

from reports.models.assessment import Assessment, AssessmentState, ComparisonSetting
from reports.models.kept import (
    DemonstrationStep,
    KeptStanding,
    Lead,
    LeadLimit,
    LeadNote,
    ReportRequest,
    TilePosition,
    WarningThreshold,
)

__all__ = [
    "Assessment",
    "AssessmentState",
    "ComparisonSetting",
    "DemonstrationStep",
    "KeptStanding",
    "Lead",
    "LeadLimit",
    "LeadNote",
    "ReportRequest",
    "TilePosition",
    "WarningThreshold",
]
