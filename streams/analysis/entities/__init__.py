"""Named entities of an article: people, organisations, places and other named things.

``EntityTagger`` is the whole interface: documents in, entities out.
"""

from streams.analysis.entities.tagger import EntityTagger, Profile

__all__ = ["EntityTagger", "Profile"]
