"""Shell completion: the commands as a table read from the parsers, and the table as a script for each shell.

Commands, options and choices stand in the script; names that change (providers, captures, saved requests) are asked
from `workbench completion --values KIND` when the user presses Tab, and are never evaluated by the shell.
"""
