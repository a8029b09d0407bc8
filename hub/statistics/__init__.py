from hub.statistics.count import METHOD, OPEN, POPULATIONS, Statistics, reconciles

__all__ = ["METHOD", "OPEN", "POPULATIONS", "Statistics", "reconciles"]
