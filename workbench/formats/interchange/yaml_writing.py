"""YAML for other programs, which speak 1.1 or 1.2: every text is quoted unless both take it for text."""

import re
from typing import Any

import yaml
from yaml.nodes import ScalarNode

_PLAIN = re.compile(r"[A-Za-z_/][\w/.\-]*(?: [\w/.\-]+)*\Z", re.ASCII)
_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
_NEVER_A_BLOCK = re.compile(r"\A[\s]|[ \t]\n|[ \t]\Z|\r|[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]|\n\n\Z")


class _Dumper(yaml.SafeDumper):
    """Its own class, since how texts are written is kept with the class."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists in mappings, as the owners' programs do."""
        del indentless
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> ScalarNode:
    style = '"'
    if _PLAIN.match(text) and text.lower() not in _WORDS:
        style = None
    elif "\n" in text and not _NEVER_A_BLOCK.search(text):
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)  # pyright: ignore[reportUnknownMemberType, reportArgumentType]


_Dumper.add_representer(str, _text)  # pyright: ignore[reportUnknownMemberType]


def yaml_bytes(value: Any) -> bytes:
    """Return a document, keys in the order they are given."""
    text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=2**31)
    return text.encode()
