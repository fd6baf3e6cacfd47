from programmes.models.answers import ProgrammeAnswer
from programmes.models.cycle import ProgrammeCycle
from programmes.models.lifecycle import ANSWER, RUN, STEPS, VIEW, CycleState
from programmes.models.results import ProgrammeResult

__all__ = [
    "ANSWER",
    "RUN",
    "STEPS",
    "VIEW",
    "CycleState",
    "ProgrammeAnswer",
    "ProgrammeCycle",
    "ProgrammeResult",
]
