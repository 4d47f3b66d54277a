"""An edition whose title was corrected is encoded anew: a passage is found by its document's title too."""

from __future__ import annotations

from indexer.encoding import encode_and_keep
from knowledge.engines.ports import Encoder
from knowledge.searchable import passage_for_encoder
from knowledge.store import Stores


def encode_again(stores: Stores, encoder: Encoder, edition_id: int) -> bool:
    """Whether its passages have the vectors of its title now; not where that was corrected once more meanwhile.

    Raises:
        NotFound: there is no such edition any more.
        ModelChanged: the library was encoded with another model.
    """
    title = stores.library.edition(edition_id).title
    passages = stores.passages.of_edition(edition_id)
    texts = [passage_for_encoder(title, p.citation.section, p.text, p.kind) for p in passages]
    keys = encode_and_keep(texts, stores, encoder)
    return stores.library.encoded_as(
        edition_id, title, {p.id: key for p, key in zip(passages, keys, strict=True)}
    )
