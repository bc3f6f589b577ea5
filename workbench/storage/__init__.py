"""Disk: SQLite for what happened, plain files for what people write.

May import `model`, `providers`, `formats`. Knows neither asyncio nor Qt: writes go to a writer thread and report
back through a callable, reads are plain calls on a reader that belongs to one thread. Only here is `sqlite3`.
Central types: `Database`, `CaptureReader`.
"""
