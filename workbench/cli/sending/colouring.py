"""Colours for messages by pygments: the terminal's own sixteen, or those of a named style."""

import os
from typing import Any, cast

from workbench.model.errors import UsageError

AUTO = "auto"


class Painter:
    """Paints text for one style; UsageError where there is none of that name."""

    def __init__(self, style: str = AUTO) -> None:
        from pygments import formatters, util

        made: Any = cast("Any", formatters)
        try:
            self._formatter: Any = made.TerminalFormatter() if style == AUTO else _named(made)(style=style)
        except util.ClassNotFound as error:
            from pygments import styles

            names: Any = cast("Any", styles).get_all_styles()
            raise UsageError(
                f"There is no style {style!r}.", f"There are: auto, {', '.join(sorted(names))}."
            ) from error

    def paint(self, text: str, language: str) -> str:
        """Return the text in colours; `language` is pygments' name, `http` for a head."""
        from pygments import highlight, lexers

        # pygments' types are partly unknown to the checker.
        lexer: Any = cast("Any", lexers).get_lexer_by_name(language, stripnl=False, ensurenl=False)
        return str(cast("Any", highlight)(text, lexer, self._formatter))


def _named(made: Any) -> Any:
    deep = os.environ.get("COLORTERM") in ("truecolor", "24bit")
    return made.TerminalTrueColorFormatter if deep else made.Terminal256Formatter
