"""The way out: a collection as a file of another program. Secrets stay behind unless they are asked for."""

from importlib import import_module

from workbench.formats.interchange.exported import Exported, Options
from workbench.model.collection import CollectionTree
from workbench.model.errors import UsageError

FORMATS = {
    "postman": "Postman collection 2.1, signing as a pre-request script",
    "postman-environment": "one environment for Postman",
    "opencollection": "OpenCollection in one file",
    "insomnia": "Insomnia v5",
    "har": "an HTTP archive",
    "http": "a .http file, signing with crypto.hmac",
    "curl": "a script of curl commands",
}
"""What is written, by the names of `--format`."""


def export(tree: CollectionTree, format_name: str, options: Options = Options()) -> Exported:  # noqa: B008
    """Return a collection in a format of `FORMATS`; UsageError where there is none of that name."""
    if format_name not in FORMATS:
        raise UsageError(f"{format_name!r} is no format that is written.", f"Choose one of: {', '.join(FORMATS)}.")
    module = format_name.partition("-")[0]
    writer = f"write_{format_name.replace('-', '_')}"
    return getattr(import_module(f"workbench.formats.interchange.{module}_writing"), writer)(tree, options)
