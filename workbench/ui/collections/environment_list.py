"""Environments while they are edited: which there are, what was changed, what is wrong with them. No Qt."""

from dataclasses import dataclass, field, replace

from workbench.model.variables import Environment, Variable


@dataclass
class EnvironmentList:
    """The environments of a collection; the first ones are as they were read."""

    read: tuple[Environment, ...] = ()
    now: list[Environment] = field(default_factory=list[Environment])

    def __post_init__(self) -> None:
        self.now = list(self.read)

    def add(self) -> int:
        """Add an empty one and return its place."""
        self.now.append(Environment(self._free_name("New environment")))
        return len(self.now) - 1

    def duplicate(self, position: int) -> int:
        """Copy one and return the copy's place; values of secrets are not copied, nobody can read them."""
        source = self.now[position]
        self.now.insert(position + 1, replace(source, name=self._free_name(f"{source.name} copy"), path=""))
        return position + 1

    def remove(self, position: int) -> None:
        """Take one away."""
        del self.now[position]

    def rename(self, position: int, name: str) -> None:
        """Give one another name; those that extend it follow."""
        before = self.now[position].name
        self.now[position] = replace(self.now[position], name=name)
        self.now = [replace(each, extends=name) if before and each.extends == before else each for each in self.now]

    def set_variables(self, position: int, variables: tuple[Variable, ...]) -> None:
        """Give one other variables."""
        self.now[position] = replace(self.now[position], variables=variables)

    def set_extends(self, position: int, name: str) -> None:
        """Let one take from another what it does not say itself."""
        self.now[position] = replace(self.now[position], extends=name)

    def _free_name(self, wanted: str) -> str:
        taken = {each.name for each in self.now}
        names = (wanted if number == 1 else f"{wanted} {number}" for number in range(1, len(taken) + 2))
        return next(name for name in names if name not in taken)

    def problem(self) -> str:
        """Return what must be mended before this can be saved, as a sentence; empty for nothing."""
        names = [each.name.strip().casefold() for each in self.now]
        if not all(names):
            return "Every environment needs a name."
        if len(set(names)) < len(names):
            twice = next(each.name for each in self.now if names.count(each.name.strip().casefold()) > 1)
            return f"Two environments are called {twice}."
        for each in self.now:
            nameless = any(not variable.name and variable.value for variable in each.variables)
            if nameless:
                return f"In {each.name} a value has no name."
        return ""

    def changed(self) -> list[Environment]:
        """Return those that are to be written."""
        return [each for each in self.now if each not in self.read]

    @property
    def is_changed(self) -> bool:
        """Whether anything is to be written or deleted."""
        return self.now != list(self.read)

    def note_written(self, environment: Environment, saved: Environment) -> None:
        """Note that one is in its file now, and reads so."""
        self.read = (*(each for each in self.read if not each.path or each.path != environment.path), saved)
        self.now = [saved if each == environment else each for each in self.now]

    def note_removed(self, environment: Environment) -> None:
        """Note that the file of one is gone."""
        self.read = tuple(each for each in self.read if each.path != environment.path)

    @property
    def needs_secrets(self) -> bool:
        """Whether saving puts values of secrets into their store, moves some in it, or removes some."""
        former = {each.path: each.name for each in self.read}
        return any(variable.secret for each in self.removed() for variable in each.variables) or any(
            variable.secret and (variable.value or former.get(each.path, each.name) != each.name)
            for each in self.changed()
            for variable in each.variables
        )

    def removed(self) -> list[Environment]:
        """Return those whose files are to go."""
        kept = {each.path for each in self.now if each.path}
        return [each for each in self.read if each.path and each.path not in kept]
