"""`:name` segments of a URL's path: filled in, and those that nothing fills named before anything is sent."""

import re
from urllib.parse import quote

from workbench.model.collection import SavedRequest

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://")
_PATH_PARAM = re.compile(r"(?<=/):([A-Za-z_][\w\-]*)(?=[/?#]|$)")


def filled_url(saved: SavedRequest) -> str:
    """Return the URL with its `:name` segments filled in, values quoted to stay one segment."""
    values = {field.name.strip(): field.value for field in saved.path_params if field.enabled}
    start = _path_start(saved.url)
    if not values or start < 0:
        return saved.url
    path, mark, query = saved.url[start:].partition("?")

    def value_of(match: re.Match[str]) -> str:
        return quote(values[match[1]], safe="") if match[1] in values else match[0]

    return saved.url[:start] + _PATH_PARAM.sub(value_of, path) + mark + query


def unfilled(saved: SavedRequest) -> tuple[str, ...]:
    """Return the `:name` segments that have no value, in order.

    A literal request has none: its URL is what was captured. Nor has a row that is switched off: its segment goes
    out as it stands.
    """
    start = _path_start(saved.url)
    if saved.literal or start < 0:
        return ()
    settled = {field.name.strip() for field in saved.path_params if field.value or not field.enabled}
    path = re.split("[?#]", saved.url[start:], maxsplit=1)[0]
    return tuple(name for name in dict.fromkeys(_PATH_PARAM.findall(path)) if name not in settled)


def _path_start(url: str) -> int:
    """Return where the path of a URL begins at the earliest; -1 where it has none."""
    text = url.strip()
    return url.find("/", url.find("://") + 3) if _SCHEME.match(text) else 0
