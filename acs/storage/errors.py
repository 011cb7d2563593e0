"""Errors of storage. A refused fact is the caller's fault; unavailable storage is ours."""


class StorageError(Exception):
    """Storage could not do what was asked; nothing of the item is stored."""


class FactRefusedError(StorageError):
    """The item itself cannot be stored, however often it is tried."""


class StorageUnavailableError(StorageError):
    """The database cannot be written or read now (full, locked, unreachable); try again later."""


class StorageClosedError(StorageError):
    """Storage is closed."""


class WrongKeyError(StorageError):
    """The database was written with another key."""


class NewerSchemaError(StorageError):
    """The database was written by a newer release."""
