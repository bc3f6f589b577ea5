"""Collections of other programs, in and out: bytes to a `CollectionTree` and back; pure, no disk.

    importing    the way in: what a file is (`detection`), then its reader; a sentence for all that is lost
    exporting    the way out: one writer a format; secrets stay behind
    documents    JSON and YAML, bounded, numbers as they were typed

Readers: `postman`, `insomnia`, `opencollection`, `bruno` (`.bru` is `bru_language`), `har`, `openapi`, `http_file`.
A reader raises FormatError for a file that is not what it claims to be, and for nothing else.
"""
