"""How articles come in: from files as users have them to articles as the pipeline takes them."""

from streams.intake.files import BadRecord, read_articles

__all__ = ["BadRecord", "read_articles"]
