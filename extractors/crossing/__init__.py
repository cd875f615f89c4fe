"""What holds between documents: the same report again, and the life of one violation from visit to visit."""

from extractors.crossing.cases import Filed, Visit, visits_of
from extractors.crossing.copies import copies
from extractors.crossing.history import histories
from extractors.crossing.settle_all import Crossing, cross

__all__ = ["Crossing", "Filed", "Visit", "copies", "cross", "histories", "visits_of"]
