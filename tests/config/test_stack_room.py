"""However deep a page is in the stack of Python, calls in it cost no memory anew."""

import resource

from django.http import HttpResponse

from config.stack_room import StackRoomMiddleware

CALLS = 100


def test_no_depth_of_a_request_maps_memory_at_each_call(rf):
    """Without the room, at each end of a chunk (every hundred frames) each call is a page fault."""
    faults = []

    def page(_request):
        faults.extend(map(_faults_at, range(500)))
        return HttpResponse()

    StackRoomMiddleware(page)(rf.get("/"))
    assert max(faults[1:]) < CALLS  # the first touches what the frames of all need


def _faults_at(depth: int) -> int:
    if depth:
        return _faults_at(depth - 1)
    before = _faults()
    for _call in range(CALLS):
        _called()
    return _faults() - before


def _called() -> None:
    pass


def _faults() -> int:
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
