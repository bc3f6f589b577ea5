"""GraphQL over HTTP: the query of a JSON body as it is written, and its variables with every number kept.

Source: https://graphql.github.io/graphql-over-http/draft/ (a body is one request, or a list of them).
"""

import re
from typing import Any

from workbench.formats import json_text

_LOOK_BYTES = 64 * 1024
_QUERY = re.compile(rb'"query"\s*:\s*"(?:\\[nrt]|\s|#[^\\]*)*(?:query|mutation|subscription|fragment|\{)')


def is_graphql(content: bytes) -> bool:
    """True where the start of a JSON body looks like a request."""
    return _QUERY.search(content[:_LOOK_BYTES]) is not None


def text_of_graphql(content: bytes) -> bytes:
    """Return query, operation and variables; ValueError where the body is no request."""
    import msgspec

    wanted: Any = dict[str, msgspec.Raw]
    content = content.removeprefix(b"\xef\xbb\xbf").strip()
    try:
        many = content.startswith(b"[")
        requests = (
            msgspec.json.decode(content, type=list[wanted]) if many else [msgspec.json.decode(content, type=wanted)]
        )
        return b"\n\n".join(_request(request) for request in requests)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ValueError("The body is no GraphQL request: it has no query that is text.") from error


def _request(request: dict[str, Any]) -> bytes:
    import msgspec

    pieces: list[bytes] = []
    for name, raw in request.items():
        if name == "query":
            pieces.insert(0, msgspec.json.decode(raw, type=str).encode())
        elif bytes(raw).strip() != b"null":
            pieces.append(b"# " + name.encode() + b"\n" + json_text.pretty(bytes(raw)))
    return b"\n\n".join(pieces)
