"""Bytes to words and back: pure, no disk, no network, no Qt.

May import `model` only. One place decides what a body is (`body.view`); a formatter that fails never breaks its
caller: the view falls back to text or hex and says why. Central type: `BodyView`.

    pasted/     commands that people copy, made into requests
    snippets/   requests made into programs
"""
