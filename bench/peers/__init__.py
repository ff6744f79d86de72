"""Other ways to do what the processors do, to measure them against."""
