"""What the systems are called, in results and in tables."""

BARE = "bare loop"
OURS = "hedgewire"
LOOP = "confluent-kafka loop"
QUIX = "Quix Streams"
SPACY = "spaCy in that loop"
