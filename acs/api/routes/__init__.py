"""The API's routes, one module per subject. A module lists its handlers in ``HANDLERS``."""
