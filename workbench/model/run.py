"""A run: a folder's requests sent in order, perhaps once for each row of data, and what came of each."""

from dataclasses import dataclass, field

from workbench.model.checks import CheckResult


@dataclass(frozen=True, slots=True)
class RequestResult:
    """What came of one request of a run. Its bytes are in the history under `delivery_number`."""

    name: str
    path: str
    """Its file, from the folder that was run."""
    iteration: int
    """Counted from 1: rounds times rows."""
    started_at_us: int
    method: str = ""
    url: str = ""
    """Secrets masked."""
    status: int | None = None
    duration_us: int = 0
    response_bytes: int = 0
    checks: tuple[CheckResult, ...] = ()
    taken: tuple[str, ...] = ()
    """Names of the variables that got a value."""
    problems: tuple[str, ...] = ()
    """What could not be taken."""
    failure: str = ""
    """Why no answer came, or why it was not sent; a sentence."""
    delivery_number: int = 0
    """0 where nothing was sent."""

    @property
    def passed(self) -> bool:
        """Whether an answer came and all assertions hold; without any, an answer below 400 is enough."""
        if self.failure or self.problems:
            return False
        if self.checks:
            return all(check.passed for check in self.checks)
        return self.status is not None and self.status < 400

    @property
    def reason(self) -> str:
        """Why it did not pass, as sentences; empty where it did."""
        if self.passed:
            return ""
        said = [self.failure, *(check.message for check in self.checks if not check.passed), *self.problems]
        return " ".join(each for each in said if each) or f"The answer was {self.status}."


@dataclass(frozen=True, slots=True)
class RunReport:
    """All of a run, also of one that ended early."""

    name: str
    environment: str
    started_at_us: int
    duration_us: int
    planned: int
    """How many requests it was to send."""
    results: tuple[RequestResult, ...] = ()
    ended_early: str = ""
    """Why not all were sent, as a sentence."""
    problems: tuple[str, ...] = field(default=())
    """Sentences on files and secrets that could not be read."""

    @property
    def passed(self) -> bool:
        return not self.ended_early and all(result.passed for result in self.results)

    @property
    def failed_count(self) -> int:
        return sum(not result.passed for result in self.results)

    @property
    def checks(self) -> tuple[CheckResult, ...]:
        return tuple(check for result in self.results for check in result.checks)
