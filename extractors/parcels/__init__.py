"""Parcel linking: addresses, map-lots and owners to the assessor's parcels, and reports to the permit log."""

from extractors.parcels.linker import Linker

__all__ = ["Linker"]
