"""What providers sign, send and expect, as data.

May import `model` only; knows nothing of `formats`. Provider packs (`resources/providers/<name>/provider.toml`),
detection, verification and signing belong here.
"""
