"""What a confidence is made of, and how it is learnt from rows that a person judged."""
