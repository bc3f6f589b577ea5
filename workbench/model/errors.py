"""What the user or the machine can mend. Anything else that is raised is our own bug.

    WorkbenchError
      UsageError        the words of a command or a form are off          exit 2
        QueryError      a filter line that cannot be read
        NotTrusted      a collection that reaches for this machine's files
      FormatError       a file or body that is not what it claims to be   exit 2
        CollectionError a collection file that cannot be read or written
      DeliveryError     a target that cannot be reached at all            exit 3
      ListenError       an address we cannot listen on                    exit 3
      HomeInUseError    a home that another listener works with           exit 3
      StorageError      the store cannot be opened, read or written       exit 4
        UnreadableBody  the file of a large body is gone or cannot be read

The message is a whole sentence, shown as it is; the hint says what to do.
"""


class WorkbenchError(Exception):
    """Base of all errors that are shown to people as one sentence and a hint."""

    exit_code = 1

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(WorkbenchError):
    """What was asked for cannot be understood or does not exist."""

    exit_code = 2


class QueryError(UsageError):
    """A filter line that cannot be read; `start` and `end` bound the word at fault."""

    def __init__(self, message: str, start: int, end: int, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.start = start
        self.end = end


class NotTrusted(UsageError):
    """A collection, at `folder`, that wants more of this machine than its user has allowed."""

    def __init__(self, message: str, hint: str, folder: str) -> None:
        super().__init__(message, hint)
        self.folder = folder


class FormatError(WorkbenchError):
    """Bytes that are not what they claim to be."""

    exit_code = 2


class CollectionError(FormatError):
    """A collection file that cannot be read or written; nothing was changed."""


class ChangedOutside(CollectionError):
    """A collection file that another program changed since it was read; both versions are still there."""


class DeliveryError(WorkbenchError):
    """A request that could not be sent because its target makes no sense."""

    exit_code = 3


class ListenError(WorkbenchError):
    """An address that we cannot listen on; `free_port` is one that we could, if one was found."""

    exit_code = 3

    def __init__(self, message: str, hint: str | None = None, free_port: int | None = None) -> None:
        super().__init__(message, hint)
        self.free_port = free_port


class HomeInUseError(WorkbenchError):
    """A home that another listener works with."""

    exit_code = 3


class StorageError(WorkbenchError):
    """The store cannot be opened, read or written."""

    exit_code = 4


class CorruptStoreError(StorageError):
    """A database file that is damaged or not ours; `path` may be moved aside once the user agreed."""

    def __init__(self, message: str, path: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.path = path


class UnreadableBody(StorageError, FileNotFoundError):
    """The file that a body lies in is gone or cannot be read; an OSError too, for who reads files and bodies."""
