"""Layouts as data: one YAML file says how a list or report is recognised and what its columns, labels and codes mean.

``overlay`` lays a recognised layout (and what people said about codes) over the general wording; ``recognise`` finds which
layout a paper is; ``formats`` turns foreign ways of writing dates and amounts into ours; ``schema`` says what a file may hold.
"""
