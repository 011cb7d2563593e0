"""The diagnosis: samples of a router in, a verdict with its evidence out.

Pure: no input or output beyond the package's own tables, no clock, no Twisted, no SQL.
"""
