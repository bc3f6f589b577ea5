"""Which keys belong to which command: those of the program, and over them those that a person chose.

Keys are written in the portable form (`Ctrl+Shift+N`; on a Mac, Ctrl is Command), `; ` between several. No two
commands share keys: what a person chose wins over what the program would give, and of two choices the first.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence

if TYPE_CHECKING:
    from workbench.ui.commands import Command

_PORTABLE = QKeySequence.SequenceFormat.PortableText
_NATIVE = QKeySequence.SequenceFormat.NativeText


def assign(
    commands: "Sequence[Command]", chosen: Mapping[str, str]
) -> tuple[dict[str, list[QKeySequence]], list[str]]:
    """Return the keys of each command, and a sentence for each choice that does nothing."""
    texts = {command.id: command.text for command in commands}
    problems = [f"Shortcuts: there is no command {name}." for name in chosen if name not in texts]
    assigned: dict[str, list[QKeySequence]] = {command.id: [] for command in commands}
    owners: dict[str, str] = {}
    own_first = sorted(commands, key=lambda command: command.id not in chosen)
    for command in own_first:
        for keys in parse(chosen.get(command.id, command.shortcut)):
            name = keys.toString(_PORTABLE)
            if not name:
                problems.append(f"Shortcuts: {chosen[command.id]!r} of {texts[command.id]} are no keys.")
                continue
            owner = owners.setdefault(name, command.id)
            if owner == command.id:
                assigned[command.id].append(keys)
            elif command.id in chosen:
                problems.append(f"Shortcuts: {name} belongs to {texts[owner]}, so {texts[command.id]} has it not.")
    return assigned, problems


def parse(text: str) -> list[QKeySequence]:
    """Return the keys that a text names; what is no key becomes an unknown one."""
    return [QKeySequence.fromString(part, _PORTABLE) for part in text.split("; ") if part]


def portable(sequences: Sequence[QKeySequence]) -> str:
    """Return keys as they are kept."""
    return "; ".join(keys.toString(_PORTABLE) for keys in sequences)


def native(sequences: Sequence[QKeySequence], between: str = "  or  ") -> str:
    """Return keys as they are called on this system."""
    return between.join(keys.toString(_NATIVE) for keys in sequences)
