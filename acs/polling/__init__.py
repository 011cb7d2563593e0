"""Polling: devices that speak no TR-069 are read by ``agents``, and become the same samples."""
