"""acsd: fleet management daemon for home routers."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("acsd")
except PackageNotFoundError:  # run from a checkout that was never installed
    __version__ = "0+unknown"
