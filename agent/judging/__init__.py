"""How a score comes about: metrics with a fixed direction, splits, walls, honest intervals and comparisons."""
