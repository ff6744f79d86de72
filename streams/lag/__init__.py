"""Consumer lag: read exactly, judged over time, and shown.

``lag_monitor`` connects; each ``poll()`` of the monitor returns a ``Report``. Reading
(``reader``, over ``protocol``) is apart from judging (``evaluation``), which is pure.
"""

from streams.lag.evaluation import GroupVerdict, Status, Verdict
from streams.lag.monitor import LagMonitor, Report, lag_monitor
from streams.lag.observation import Observation

__all__ = [
    "GroupVerdict",
    "LagMonitor",
    "Observation",
    "Report",
    "Status",
    "Verdict",
    "lag_monitor",
]
