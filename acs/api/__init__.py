"""The operators' door: the HTTP API of the daemon, its tokens and its listeners.

Only this package and ``acs.bridge`` meet asyncio. No decision on a router is taken here.
"""
