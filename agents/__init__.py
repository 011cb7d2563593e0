"""Pollers for routers that speak no TR-069. They know nothing of storage or of CWMP."""
