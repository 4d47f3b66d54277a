"""The same passages, the same vectors, the same questions: asked of other open systems (`make bench-peers`).

It runs in an environment of its own (`.venv-peers`, from `requirements.lock` beside this file) and imports nothing of
Yidao: what it knows of us is what `yidao-index evaluate --export` wrote. mypy sees `report.py` and `sets.py`, through
their tests; the rest imports what the project's own environment does not have.
"""
