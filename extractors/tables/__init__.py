"""Lists of many rows: delinquent taxes and water usage."""

from extractors.tables.tax import extract_tax
from extractors.tables.water import extract_water

__all__ = ["extract_tax", "extract_water"]
