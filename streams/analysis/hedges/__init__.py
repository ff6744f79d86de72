"""Hedged reporting: where the writer holds back commitment."""
