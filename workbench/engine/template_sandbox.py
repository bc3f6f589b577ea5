"""What a template may do: a list of what is allowed, since a list of what is forbidden is never whole.

* Its syntax is output, `if`, `for`, `set` and expressions; nothing is called but `range`.
* `a.b` and `a["b"]` are an item of a dictionary or list, or a header: never an attribute of a Python object.
* Filters are ours: each has fixed arguments, works on texts, numbers, lists and dictionaries, and says how much it
  makes before or right after it made it. There are no bytes.
* Every text and list that is made counts against one allowance for the whole template. So no single step holds the
  interpreter for long or takes much memory, and neither do many.
* Nothing is worked out while a template is read.
"""

import threading
from collections.abc import Callable, Iterator
from typing import Any, cast

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, Undefined, nodes, pass_context
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

TEXT_LIMIT = 1024 * 1024
"""Largest text, and largest list with all that is in it, in characters."""

ALLOWANCE = 4 * TEXT_LIMIT
"""What one rendering may make in all."""

SCALAR_WEIGHT = 8
NUMBER_LIMIT = 10**18
RANGE_LIMIT = 100_000
NODES_LIMIT = 2000
DEPTH_LIMIT = 60
LOOP_ATTRIBUTES = ("index", "index0", "revindex", "revindex0", "first", "last", "length", "previtem", "nextitem")
TESTS = (
    "boolean defined divisibleby eq equalto even false float ge gt in integer iterable le lower lt mapping ne none"
    " number odd sequence string true undefined upper"
)
MADE = "(made)"
"""The filter that counts what a literal or slice makes; nobody can write its name."""

_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign, nodes.Name, nodes.Const,
    nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Filter,
    nodes.Test, nodes.Keyword, nodes.Call, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or,
    nodes.Not, nodes.Neg, nodes.Pos, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod,
)  # fmt: skip
_INSTEAD: dict[type[nodes.Node], str] = {
    nodes.Concat: "~ is not for templates: use +",
    nodes.Pow: "** is not for templates",
    nodes.AssignBlock: "a block cannot be set: use {% set name = value %}",
    nodes.Include: "other files are not read",
    nodes.Import: "other files are not read",
    nodes.FromImport: "other files are not read",
    nodes.Extends: "other files are not read",
}


class _Allowance(threading.local):
    left = 0


_allowance = _Allowance()


def grant_allowance() -> None:
    """Begin a rendering in this thread."""
    _allowance.left = ALLOWANCE


def weight(value: Any) -> int:
    """Return how much a value comes to as a text, about; TemplateError as soon as it is over the limit.

    What stands in a list twice counts twice: so do lists of lists that hold one another.
    """
    total, waiting = 0, [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            total += len(item)
        elif isinstance(item, list | tuple | dict):
            sized = cast("list[Any] | dict[Any, Any]", item)
            total += SCALAR_WEIGHT * (len(sized) + 1)
            refuse_over(total)
            waiting.extend(sized)
            if isinstance(sized, dict):
                waiting.extend(sized.values())
        elif isinstance(item, Undefined):
            cast("Any", item)._fail_with_undefined_error()
        else:
            total += SCALAR_WEIGHT + (item.bit_length() // 3 if isinstance(plain(item), int) else 0)
        refuse_over(total)
    return total


def refuse_over(size: int) -> None:
    """Raise where a text or list would be too large."""
    if size > TEXT_LIMIT:
        raise TemplateError(f"a text or list comes to more than {TEXT_LIMIT:,} characters")


def made(value: Any) -> Any:
    """Count what a template made, and return it."""
    _allowance.left -= weight(value)
    if _allowance.left < 0:
        raise TemplateError(f"it makes more than {ALLOWANCE:,} characters on the way")
    return value


class HeaderValues:
    """Headers by name, in any case; `get` returns None where there is none."""

    def __init__(self, get: Callable[[str], str | None]) -> None:
        self.get = get


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's environment with nothing left in it but the above. `filters` are put in by `template_filters`."""

    intercepted_binops = frozenset(("*", "%", "+"))

    def __init__(self, filters: dict[str, Callable[..., Any]]) -> None:
        super().__init__(
            undefined=StrictUndefined,
            autoescape=False,
            keep_trailing_newline=True,
            optimized=False,
            finalize=_finalize,
        )
        mine = cast("Any", self)
        mine.filters = {**filters, MADE: made}
        mine.tests = {name: mine.tests[name] for name in TESTS.split()}
        mine.globals = {"range": _range}

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, Undefined):
            return cast("Any", obj)._fail_with_undefined_error()
        if isinstance(obj, HeaderValues):
            value = obj.get(argument.lower()) if isinstance(argument, str) else None
            return (
                self.undefined(f"the request has no header {argument}", name=str(argument))
                if value is None
                else value
            )
        if isinstance(obj, dict):
            if isinstance(argument, str | int | float) and argument in obj:
                return cast("dict[Any, Any]", obj)[argument]
        elif isinstance(obj, list | tuple | str | range):
            sized = cast("list[Any]", obj)
            if isinstance(argument, int) and -len(sized) <= argument < len(sized):
                return sized[argument]
        elif isinstance(obj, LoopContext) and argument in LOOP_ATTRIBUTES:
            return getattr(obj, argument)
        return self.undefined(obj=obj, name=cast("Any", argument))

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        if __obj is not _range:
            raise TemplateError("nothing can be called but range")
        return _range(*args)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            refuse_over(len(left) + len(right))
            return made(left + right)
        for side in (left, right):
            if not isinstance(side, int | float):
                said = f"{operator} is for numbers" + (" and texts" if operator == "+" else "")
                if isinstance(side, str) and operator == "*":
                    said = "a text cannot be multiplied"
                raise TemplateError(said)
        result = super().call_binop(context, operator, left, right)
        if isinstance(result, int) and abs(result) > NUMBER_LIMIT:
            raise TemplateError("a number became too large")
        return result


@pass_context
def _finalize(_context: Any, value: object) -> object:
    # That it asks for the context keeps Jinja from working out constants while it reads a template.
    if not isinstance(value, str | int | float | None | Undefined):
        weight(plain(value))
    return value


def plain(value: Any) -> Any:
    """Return a value that can be written as a text; TemplateError for all others."""
    if value is not None and not isinstance(value, str | int | float | list | tuple | dict):
        raise TemplateError("that is no text, number, list or dictionary")
    return cast("Any", value)


def _range(*bounds: Any) -> range:
    if not all(isinstance(bound, int) for bound in bounds):
        raise TemplateError("range takes whole numbers")
    found = range(*bounds)
    if len(found) > RANGE_LIMIT:
        raise TemplateError(f"a range has no more than {RANGE_LIMIT:,} numbers")
    return found


# Syntax


def check_syntax(tree: nodes.Template, names: frozenset[str]) -> frozenset[str]:
    """Return which of `names` a template uses; TemplateSyntaxError for all that is not allowed."""
    known = {*names, "range", "loop"}
    known |= {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"}
    used: set[str] = set()
    for count, (node, depth) in enumerate(_walk(tree)):
        _check_node(node, known)
        if isinstance(node, nodes.Name):
            used.add(node.name)
        if count > NODES_LIMIT or depth > DEPTH_LIMIT:
            raise TemplateSyntaxError("it is too large to be one" if count > NODES_LIMIT else "nested too deeply", 1)
    return frozenset(used & names)


def _walk(tree: nodes.Node) -> Iterator[tuple[nodes.Node, int]]:
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting.extend((child, depth + 1) for child in node.iter_child_nodes())


def _check_node(node: nodes.Node, known: set[str]) -> None:
    line = node.lineno or 1
    if not isinstance(node, _ALLOWED):
        word = type(node).__name__.lower()
        raise TemplateSyntaxError(_INSTEAD.get(type(node), f"{word} is not for templates"), line)
    if isinstance(node, nodes.Name) and node.ctx == "load" and node.name not in known:
        raise TemplateSyntaxError(f"there is no value {node.name}", line)
    if isinstance(node, nodes.Call):
        is_range = isinstance(node.node, nodes.Name) and node.node.name == "range"
        if not is_range or node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise TemplateSyntaxError("nothing can be called but range: use filters", line)
    if isinstance(node, nodes.Filter | nodes.Test) and (node.dyn_args or node.dyn_kwargs):
        raise TemplateSyntaxError(f"{node.name} takes its arguments one by one", line)
    if isinstance(node, nodes.Filter) and (node.node is None or node.name == MADE):
        raise TemplateSyntaxError("a filter needs a value", line)


def with_counted_literals(tree: nodes.Template) -> nodes.Template:
    """Return a template in which lists, dictionaries and slices are counted as they are made."""
    return _Counting().visit(tree)


class _Counting(NodeTransformer):
    def visit_List(self, node: nodes.List) -> nodes.Node:
        return self._counted(node)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:
        return self._counted(node)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:
        return self._counted(node) if node.ctx == "load" else node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:
        return self._counted(node) if isinstance(node.arg, nodes.Slice) else self.generic_visit(node)

    def _counted(self, node: nodes.Node) -> nodes.Node:
        inner = self.generic_visit(node)
        return nodes.Filter(inner, MADE, [], [], None, None).set_lineno(node.lineno or 1)
