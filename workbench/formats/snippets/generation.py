"""The targets there are, and the program for one of them."""

from collections.abc import Callable
from importlib import import_module

from workbench.formats.snippets.plan import Plan, Target, make_plan
from workbench.formats.snippets.recipe import SigningRecipe
from workbench.formats.snippets.snippet import Snippet
from workbench.model.errors import UsageError
from workbench.model.message import Request

_TARGETS = {
    "curl": ("bash", "CURL", "render_curl"),
    "httpie": ("bash", "HTTPIE", "render_httpie"),
    "python-requests": ("python", "REQUESTS", "render_requests"),
    "python-httpx": ("python", "HTTPX", "render_httpx"),
    "python-aiohttp": ("python", "AIOHTTP", "render_aiohttp"),
    "node-fetch": ("javascript", "FETCH", "render_fetch"),
    "go": ("go", "GO", "render_go"),
    "ruby": ("ruby", "RUBY", "render_ruby"),
    "php": ("php", "PHP", "render_php"),
    "java": ("java", "JAVA", "render_java"),
    "csharp": ("csharp", "CSHARP", "render_csharp"),
}
TARGETS = tuple(_TARGETS)
"""The names, in the order that menus show them."""


def target_named(name: str) -> Target:
    """Return a target; UsageError where there is none of that name."""
    return _found(name)[0]


def _found(name: str) -> tuple[Target, Callable[[Plan], str]]:
    if name not in _TARGETS:
        raise UsageError(f"There is no target {name!r}.", f"There are: {', '.join(TARGETS)}.")
    module_name, target, render = _TARGETS[name]
    module = import_module(f"workbench.formats.snippets.{module_name}")
    return getattr(module, target), getattr(module, render)


def generate(
    name: str, request: Request, base_url: str, signing: SigningRecipe | None = None, body_file: str = ""
) -> Snippet:
    """Return the program that sends this request; UsageError for an unknown target.

    `request` is the wire form without its signature, `base_url` scheme and authority it goes to. A body too large for
    a program's text is read from `body_file`, or from `body.bin`, which the caller has to write.
    """
    target, render = _found(name)
    plan = make_plan(target, request, base_url, signing, body_file)
    text = render(plan)
    return Snippet(text, target.language, target.file_name, tuple(plan.notes), plan.body_file)
