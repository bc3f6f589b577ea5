"""Collections in the window: their tree, where a request is saved, environments, runs. `*_work` opens files."""
