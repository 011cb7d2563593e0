"""What the daemon remembers: facts applied to ordinary tables of SQLite or PostgreSQL.

The rest of the daemon uses ``acs.storage.store.Store`` and the rows of ``acs.storage.rows``.
"""
