"""What `workbench send` is made of: HTTPie's words to a `SavedRequest`, and the exchange to text.

`words` describes the options, `formats.httpie` reads what stands behind the URL, `composing` makes the request of
it, `dispatch` is the one place that sends, `showing` prints, `streaming` writes what is not held. What goes out is
decided by the engine, never here: nothing in this package writes an HTTP message.
"""
