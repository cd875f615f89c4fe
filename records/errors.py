"""What can go wrong, as types whose message carries the remedy.

LotlineError
  SetupError      the run stops: missing engine, wrong parcel file, bad pattern file, unknown setting, refused delivery
  DocumentError   one document's outcome: unreadable, encrypted, too large, timed out; the run goes on
"""

from __future__ import annotations


class LotlineError(Exception):
    """Base of all errors that a person is meant to read; ``exit_code`` is what the command line ends with."""

    exit_code = 1


class SetupError(LotlineError):
    """The run can't start or go on; nothing that was read is lost."""

    exit_code = 2


class MissingEngine(SetupError):  # noqa: N818 - it names the condition
    """A program Lotline calls (Tesseract, LibreOffice) is not installed."""

    exit_code = 3


class PatternError(SetupError):
    """A pattern file is wrong; the message names file, place and what was expected."""

    exit_code = 4


class StoreError(SetupError):
    """The database can't be opened, is of a later version, or the disk is full."""

    exit_code = 5


class DeliveryRefused(SetupError):  # noqa: N818 - it names what happened
    """A delivery was not made, since a manager has to look first; the one before it stands."""

    exit_code = 6


class DocumentError(LotlineError):
    """This file can't be read; ``reason`` is what documents.csv says."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
