"""`.env` files: `KEY=VALUE` lines, as shells and dotenv libraries read them, without what makes them programs.

Understood: blank lines, `# comments`, `export KEY=…`, values in single or double quotes, ` # …` behind a bare value.
Not understood, and said: anything without `=`, names with other signs, quotes left open. `$NAME` and `\\n` are text.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from workbench.model.errors import CollectionError
from workbench.model.variables import Environment
from workbench.storage.collection_files import inside

MAX_BYTES = 1024 * 1024

_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][\w.\-]*)\s*=\s*(.*?)\s*\Z")
_QUOTED = re.compile(r"""(?:"([^"]*)"|'([^']*)')\s*(?:#.*)?\Z""")


@dataclass(frozen=True, slots=True)
class DotEnv:
    """The values of a `.env` file, which are often secrets, and a sentence for each line that was not understood."""

    values: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    problems: tuple[str, ...] = ()


def read_dot_env(root: Path, environment: Environment) -> DotEnv:
    """Return what the `.env` file of an environment gives; nothing where it names none.

    CollectionError where the file cannot be read, or lies outside the collection's folder `root`.
    """
    if not environment.dot_env_file:
        return DotEnv()
    file = inside(root, environment.dot_env_file, Path(environment.path).name)
    if not file.exists():
        return DotEnv(problems=(f"There is no file {file}.",))
    try:
        if file.stat().st_size > MAX_BYTES:
            raise CollectionError(f"{file} is too large for a .env file.")
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CollectionError(f"{file} is not UTF-8 text.") from error
    except OSError as error:
        raise CollectionError(f"{file} cannot be read: {error.strerror or error}.") from error
    values: dict[str, str] = {}
    problems: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.match(line)
        value = _value(match[2]) if match else None
        if match is None or value is None:
            problems.append(f"{file.name}, line {number}: this is no KEY=VALUE.")
        else:
            values[match[1]] = value
    return DotEnv(values, tuple(problems))


def _value(text: str) -> str | None:
    """Return a value without its quotes or the comment behind it; None where a quote is left open."""
    if text[:1] in ('"', "'"):
        match = _QUOTED.match(text)
        return None if match is None else match[1] or match[2] or ""
    return "" if text.startswith("#") else re.split(r"\s#", text, maxsplit=1)[0].rstrip()
