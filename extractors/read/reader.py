"""One file in, one document out; whatever is wrong with the file is a DocumentError with the reason."""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path

from extractors.read.images import read_picture
from extractors.read.pdf import read_pdf
from extractors.read.plain import read_csv, read_text
from extractors.read.settings import ReadSettings
from extractors.read.sheets import read_xls, read_xlsx
from extractors.read.sniff import media_type, open_checked
from extractors.read.word_file import read_docx, read_old_word
from records.document import Document, SourceFile
from records.errors import DocumentError, SetupError


def read_file(path: Path, source: SourceFile, settings: ReadSettings) -> Document:
    """Reads ``path`` in this process. Raises DocumentError for a file that can't be read and SetupError for a missing
    engine; use ``read_in_child`` where a file may crash or hang the process."""
    head = open_checked(path, settings.max_bytes)
    kind = media_type(path, head)
    try:
        if kind == "pdf":
            return read_pdf(path, source, settings)
        if kind in {"tiff", "png", "jpeg"}:
            return read_picture(path, source, kind, settings)
        if kind == "docx":
            return read_docx(path, source, settings)
        if kind in {"doc", "rtf"}:
            return read_old_word(path, source, kind, settings)
        if kind == "xlsx":
            return read_xlsx(path, source)
        if kind == "xls":
            return read_xls(path, source)
        return read_csv(path, source, kind) if kind == "csv" else read_text(path, source)
    except (DocumentError, SetupError):
        raise
    except MemoryError as err:
        raise DocumentError("reading this file took more memory than allowed") from err
    except (OSError, zipfile.BadZipFile, zlib.error, struct.error, RecursionError) as err:
        raise DocumentError(f"the file is damaged: {err}"[:300]) from err
    except Exception as err:  # parsers of foreign files raise anything on hostile input
        raise DocumentError(f"the file can't be read ({type(err).__name__}: {err})"[:300]) from err
