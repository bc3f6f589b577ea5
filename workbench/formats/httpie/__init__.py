"""HTTPie's grammar: what stands behind the URL, for the command line and for commands that are pasted.

`items` splits a word, `nested_json` walks names such as `a[b][]`, `json_values` keeps numbers as they were written.
"""
