"""The command line ``acs``. Here is its entry point alone; each command has a module of its own."""

from acs.cli.app import main

__all__ = ["main"]
