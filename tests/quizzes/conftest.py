from __future__ import annotations

from hypothesis import settings

# The same examples every time: a test that turns red does so for a change in the code.
settings.register_profile("house", deadline=None, derandomize=True, database=None, max_examples=100)
settings.load_profile("house")
