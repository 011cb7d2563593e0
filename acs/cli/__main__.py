"""``python -m acs.cli`` is the command ``acs``."""

from acs.cli import main

main()
