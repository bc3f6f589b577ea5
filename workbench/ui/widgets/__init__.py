"""Widgets that know no capture and no endpoint: the payload viewer and its find bar.

`lines`, `lexing`, `searching` and `syntax_colours` are plain Python, so that what is shown, coloured and found is
tested without a window; `CodeView` is the central type.
"""
