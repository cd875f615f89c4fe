"""Lists of many rows: delinquent taxes and water usage."""

from extractors.tables.tax import extract_tax

__all__ = ["extract_tax"]
