"""What launching a tunnel gives, and why it can fail."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from workbench.engine.tunnels.agent import Agent, Tell
from workbench.model.errors import WorkbenchError
from workbench.model.message import Request

START_TIMEOUT_S = 20.0
"""Some agents say nothing at all when their service does not answer."""


class LaunchError(WorkbenchError):
    """Why a tunnel is not up. One that is `final` fails again until a person mends something."""

    exit_code = 3

    def __init__(self, message: str, hint: str | None = None, *, final: bool = False) -> None:
        super().__init__(message, hint)
        self.final = final


@dataclass(frozen=True, slots=True)
class Local:
    """Where a tunnel leads to: our listener."""

    host: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Launching:
    """What a launcher is given beside the tunnel. The token never stands in a command line."""

    local: Local
    tell: Tell
    token: str = ""
    is_ours: Callable[[str], bool] = lambda _token: False
    """Tells the mark of a probe of this home, which is not to be captured whoever sent it."""


class Launched(Protocol):
    """A tunnel that is up."""

    @property
    def url(self) -> str:
        """The public address, without a slash at its end."""
        ...

    async def ended(self) -> LaunchError:
        """Return why it ended, once it has by itself."""
        ...

    async def close(self) -> None:
        """End it; returns when nothing of it is left."""
        ...

    async def carry(self, request: Request) -> Request | None:
        """Send a request by a way of its own and return it as it arrives; None where plain HTTP is the way."""
        ...


class AgentTunnel:
    """A tunnel that a foreign program holds."""

    def __init__(self, agent: Agent, url: str, explain: Callable[[int, list[str]], LaunchError]) -> None:
        self.url = url.rstrip("/")
        self._agent = agent
        self._explain = explain
        self._said: list[str] = []

    async def ended(self) -> LaunchError:
        async for line in self._agent.lines():
            self._said = [*self._said[-49:], line]
        return self._explain(await self._agent.ended(), self._said)

    async def close(self) -> None:
        await self._agent.stop()

    async def carry(self, request: Request) -> Request | None:
        return None


async def agent_tunnel(
    agent: Agent,
    find_url: Callable[[Agent, list[str]], Awaitable[str]],
    explain: Callable[[int, list[str]], LaunchError],
    program: str,
) -> AgentTunnel:
    """Wait until an agent is up; `find_url` reads its lines, keeps them in the list, and returns the address or "".

    LaunchError says why it is not; then, and when it is cancelled, nothing of the agent is left.
    """
    said: list[str] = []
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            if url := await find_url(agent, said):
                return AgentTunnel(agent, url, explain)
            error = explain(await agent.ended(), said)
    except TimeoutError:
        error = LaunchError(
            f"{program} did not come up within {START_TIMEOUT_S:.0f} seconds.", "Look at its output for the reason."
        )
    except BaseException:
        await agent.stop()
        raise
    await agent.stop()
    raise error
