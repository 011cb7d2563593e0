"""Every figure of the causal models passes through here, so that another world can be had.

No randomness of single cases: a figure is the same for all cases of one world.
"""

import zlib

import numpy as np

_MOST_LIKELY = 0.97


class Parameters:
    """The figures of one world.

    Args:
        seed: of the world.
        spread: standard deviation of the logarithm by which each figure differs from the one
            given in the models; 0 is the world as the models describe it.
    """

    def __init__(self, seed: int = 0, spread: float = 0.0) -> None:
        self._seed, self._spread = seed, spread
        self._factors: dict[str, float] = {}

    def __call__(self, name: str, value: float) -> float:
        """The figure ``name`` in this world; ``value`` is what the models say."""
        if not self._spread:
            return value
        factor = self._factors.get(name)
        if factor is None:
            rng = np.random.default_rng((self._seed, zlib.crc32(name.encode())))
            factor = self._factors[name] = float(rng.lognormal(0.0, self._spread))
        return value * factor

    def chance(self, name: str, value: float) -> float:
        """The same for a probability."""
        return min(_MOST_LIKELY, self(name, value))
