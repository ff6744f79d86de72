"""A page to watch the stream: what the processors see, live, in a browser.

``serving`` runs it. Reading Kafka (``tail``, ``sources``) is apart from what is remembered
(``frames``, ``shelf``, ``ranking``, ``health``), which is bounded, and both from what browsers
are given (``app``) and allowed (``security``).
"""

from streams.ui.server import AddressError, serving

__all__ = ["AddressError", "serving"]
