"""What the listener is doing, apart from the process: the first paint shows it, and needs no process for that."""

from enum import Enum


class ListenerState(Enum):
    """What the listener is doing."""

    STOPPED = "stopped"
    STARTING = "starting"
    LISTENING = "listening"
    STOPPING = "stopping"
    FAILED = "failed"
