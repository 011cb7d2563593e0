"""Tells other systems what happens, as Standard Webhooks has it. No SQL and no routes."""
