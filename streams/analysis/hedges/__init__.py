"""The hedge spotter: the stretches of a text by which its writer holds back commitment."""

from streams.analysis.hedges.spotter import Explanation, Refused, explain, spot

__all__ = ["Explanation", "Refused", "explain", "spot"]
