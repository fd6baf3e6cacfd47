"""The schema of the API: made once per language, with the responses that every operation may give besides those its
view declares, so that it is complete."""

from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, get_supported_language_variant, override
from drf_spectacular.generators import SchemaGenerator

REFUSALS = {
    "400": "Something given is missing or wrong; the body names it.",
    "401": "Not signed in.",
    "403": "Signed in, but the request is not to be trusted (CSRF).",
    "404": "Not there, or outside your units.",
    "405": "This address does not know the method.",
    "406": "Only JSON is spoken.",
    "409": "Somebody or time was quicker; the body says how it stands.",
    "413": "Larger than is taken here.",
    "415": "The body is of a type that is not read.",
    "429": "Too often.",
}
METHODS = {"get", "put", "post", "delete", "patch"}


def document_refusals(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A postprocessing hook of drf-spectacular."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas["Refusal"] = {
        "description": "`detail` says why; or one list of messages per field.",
        "type": ["object", "array"],
        "properties": {"detail": {"type": "string"}},
    }
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    for operations in result.get("paths", {}).values():
        for method, operation in operations.items():
            if method in METHODS:
                for status, description in REFUSALS.items():
                    operation["responses"].setdefault(status, {"description": description, "content": content})
    return result


class SchemaMadeOnce(SchemaGenerator):
    """It says the same to everybody, and takes half a second to make; anybody may ask for it."""

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        return _schema(_spoken())


@cache
def _schema(language: str) -> dict[str, Any]:
    with override(language):
        return SchemaGenerator().get_schema(public=True)


def _spoken() -> str:
    """One of our languages, whatever was asked for."""
    try:
        return get_supported_language_variant(get_language() or settings.LANGUAGE_CODE)
    except LookupError:
        return settings.LANGUAGE_CODE
