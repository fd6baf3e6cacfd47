"""A list that is shown page by page, as long as nothing is searched for: prepared questions (``accounts.prepared``)."""

from collections.abc import Hashable, Sequence
from typing import Any, overload

from accounts.models import User
from accounts.prepared import Build, asked


class PreparedList(Sequence[Any]):
    """``count``: how many there are, or what counts them; ``rows``: gives those from ``start`` to before ``stop``. Both
    are asked with what is ``fixed``. Each page is fetched by itself; only the first one, which everybody opens, is kept
    prepared."""

    def __init__(self, user: User, count: Build | int, rows: Build, **fixed: Hashable) -> None:
        self.user, self.size, self.rows, self.fixed = user, count, rows, fixed

    def __len__(self) -> int:
        if isinstance(self.size, int):
            return self.size
        ((found,),) = asked(self.size, self.user, **self.fixed)
        return int(found)

    @overload
    def __getitem__(self, at: int) -> Any: ...
    @overload
    def __getitem__(self, at: slice) -> list[Any]: ...
    def __getitem__(self, at: int | slice) -> Any:
        if isinstance(at, int):
            return self[at : at + 1][0]
        if at.start:
            return list(self.rows(self.user, start=at.start, stop=at.stop, **self.fixed))
        return asked(self.rows, self.user, start=0, stop=at.stop, **self.fixed)
