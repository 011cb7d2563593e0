"""How good the diagnosis is: cases with labels, baselines, figures and a report."""
