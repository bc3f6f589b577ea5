"""What an attempt tells beside its bytes, as JSON in one column: TLS, sizes, and which bytes are secret."""

import json
from dataclasses import asdict
from typing import Any

from workbench.model.delivery import Attempt, Certificate, Security, Sizes

Ranges = tuple[tuple[int, int], ...]


def details_text(attempt: Attempt) -> str:
    """Return the JSON; the secrets themselves are not in it, only where they stand."""
    details: dict[str, Any] = {"sizes": asdict(attempt.sizes), "secrets": attempt.secret_ranges}
    if attempt.security is not None:
        details["security"] = asdict(attempt.security)
    return json.dumps(details)


def read_details(text: str) -> tuple[Security | None, Sizes, Ranges]:
    """Return what `details_text` wrote; an attempt of an older history has nothing to tell."""
    details: dict[str, Any] = json.loads(text)
    ranges = tuple((start, end) for start, end in details.get("secrets", ()))
    return _security(details.get("security")), Sizes(**details.get("sizes", {})), ranges


def _security(found: dict[str, Any] | None) -> Security | None:
    if found is None:
        return None
    certificate: dict[str, Any] | None = found.pop("certificate")
    if certificate is None:
        return Security(**found)
    certificate["names"] = tuple(certificate["names"])
    return Security(**found, certificate=Certificate(**certificate))
