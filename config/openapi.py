"""The responses that every operation may give besides those its view declares, so that the schema is complete."""

from typing import Any

REFUSALS = {
    "400": "Something given is missing or wrong; the body names it.",
    "401": "Not signed in.",
    "403": "Signed in, but the request is not to be trusted (CSRF).",
    "404": "Not there, or outside your units.",
    "405": "This address does not know the method.",
    "406": "Only JSON is spoken.",
    "409": "Somebody or time was quicker; the body says how it stands.",
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
