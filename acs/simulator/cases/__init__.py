"""Cases of made-up subscribers who call: fourteen days of samples, and what was really wrong.

Made from causal models of faults, never from the diagnosis' own tables: nothing here imports more
of it than the formats.
"""
