"""What `workbench send` is made of: HTTPie's words to a `SavedRequest`, and the exchange to text.

`words` describes the options, `items` and `nested_json` read what stands behind the URL, `composing` makes the
request of it, `dispatch` is the one place that sends, `showing` prints. What goes out is decided by the engine, never
here: nothing in this package writes an HTTP message.
"""
