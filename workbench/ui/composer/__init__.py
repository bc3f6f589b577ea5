"""The composer: a draft without Qt, its form, and the answer beside it."""
