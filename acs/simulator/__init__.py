"""Simulated routers: what is wrong with them, how they speak, and a demonstration with a fleet."""
