"""Measures the program against what limits it, in one run, side by side: compare ratios, not absolute numbers.

figures            a figure, the limit or peer it stands beside, tables, results that are kept
load               a process that sends requests as fast as they are answered, or at a steady rate
processes          starting what is measured, and asking it how much memory it has
peers              nginx, mitmdump, HTTPie, a bare aiohttp handler: measured where they are installed
watched_window     the program's own window, which does what a benchmark tells it and says how long it took
filled_home        a home with a million captures, made through the storage's own code and kept
readme             the last results as a table
captures, table, search, view, start, send, collections, memory, verify, soak      the subjects
"""
