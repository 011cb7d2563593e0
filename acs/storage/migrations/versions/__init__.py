"""One module per schema change. A released one is never edited."""
