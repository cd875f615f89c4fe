"""The nouns: documents, evidence, records, decisions, and what the outside is promised. Pure; knows no file, SQL, OCR or web."""
