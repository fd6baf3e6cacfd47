"""The rows of permissions ("app.verb"): only ``migrate`` changes them, so they are read once a process, and again when
one is missing."""

from django.contrib.auth.models import Permission

_ids: dict[str, int] = {}
_names: dict[int, str] = {}


def permission_id(name: str) -> int:
    if name not in _ids:
        _read()
    return _ids[name]


def permission_name(pk: int) -> str:
    if pk not in _names:
        _read()
    return _names[pk]


def _read() -> None:
    rows = Permission.objects.order_by().values_list("content_type__app_label", "codename", "pk")
    names = {pk: f"{label}.{codename}" for label, codename, pk in rows}
    _names.update(names)
    _ids.update((name, pk) for pk, name in names.items())
