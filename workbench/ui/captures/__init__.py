"""The captures panel: rows without Qt, a Qt model over them, a table that paints whole rows, and the details."""
