"""What a file is, which reports it holds, and the inspections and violations of each."""

from __future__ import annotations

from extractors.reports.inspections import classify_and_split, extract_inspections

__all__ = ["classify_and_split", "extract_inspections"]
