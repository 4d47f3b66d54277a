"""What the child sends is what the parent gets."""

from __future__ import annotations

import json

from hypothesis import given, settings

from indexer.chunking import chunk
from indexer.wire import chunk_in, chunk_out, parsed_in, parsed_out
from tests.indexer.strategies import documents


@settings(max_examples=30, deadline=None)
@given(documents)
def test_documents_survive_the_wire(parsed):
    assert parsed_in(json.loads(json.dumps(parsed_out(parsed)))) == parsed
    for made in chunk(parsed):
        assert chunk_in(json.loads(json.dumps(chunk_out(made)))) == made
