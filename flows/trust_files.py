"""A calibration on disk: models with their figures as JSON, the reliability plot beside them."""

from __future__ import annotations

import json
from pathlib import Path

from extractors.trust.report import Made, as_json
from records.trust import CLAIM_WORDS


def save(made: Made, path: Path) -> None:
    """Writes models, gates, figures and the hash of the rows; the same bytes for the same rows."""
    path.write_text(json.dumps(as_json(made), indent=1, sort_keys=True) + "\n", encoding="utf-8")


def plot(made: Made, path: Path) -> None:
    """The reliability plot as SVG: how sure the machine said it was, how often it was right, on layouts it had not seen."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot

    with mpl.rc_context({"svg.hashsalt": "lotline", "svg.fonttype": "none"}):
        figure, axes = pyplot.subplots(figsize=(5, 5))
        axes.plot([0, 1], [0, 1], color="0.7", linewidth=1, label="said = so")
        for claim, points in made.points.items():
            said, right = [p[0] for p in points], [p[1] for p in points]
            label = f"{CLAIM_WORDS[claim]} ({made.figures[claim]['n']})"
            axes.plot(said, right, marker="o", markersize=4, linewidth=1, label=label)
        axes.set_xlabel("confidence said")
        axes.set_ylabel("share right")
        axes.set_title(f"Layouts not seen before, {made.calibration.origin}", fontsize=9)
        axes.legend(fontsize=8)
        figure.tight_layout()
        figure.savefig(path, format="svg", metadata={"Date": None})
        pyplot.close(figure)
