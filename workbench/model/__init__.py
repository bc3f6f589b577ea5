"""The words of the trade: frozen values and pure functions, standard library only.

No clock is read here (`clock` is the one exception, and it is handed to whoever needs it), nothing is printed,
nothing is opened but a body's own file. Everything above speaks in these words: `Head`, `Body`, `Request`,
`Response`, `Capture`, `CaptureSummary`, `Delivery`, `Attempt`, `Failure`, `SavedRequest`, `CaptureQuery`.
"""
