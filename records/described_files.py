"""How the API's description says that the answer is a file: of any type, since files come back as they were given."""

from drf_spectacular.types import OpenApiTypes

A_FILE = {(200, "*/*"): OpenApiTypes.BINARY}
