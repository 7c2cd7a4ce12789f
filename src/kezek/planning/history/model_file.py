"""A fitted model as a JSON file: whole or not there, and safe to load."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from kezek.planning.history.fit import FittedModel
from kezek.planning.history.forest import Forest
from kezek.planning.history.load.history_file import HistoryColumns
from kezek.planning.history.model import GradientBoosting, Model

FORMAT = "kezek forecast of a history, 2"


class NotAModel(Exception):
    """The file was not written by `kezek forecast fit`, has another format, or was changed since."""

    permanent = True


def save_model(learned: FittedModel, path: Path) -> None:
    """Write a model; the file is whole or not there.  Raises `OSError`."""
    columns, model = learned.columns, learned.model
    document = {
        "format": FORMAT,
        "columns": {"time": columns.time, "value": columns.value, "series": columns.series},
        "zone": learned.zone,
        "horizons": learned.horizons,
        "series": learned.series,
        "until": learned.until,
        "learned": None if model is None else _learned_document(model),
        "weights": learned.weights.tolist(),
        "factors": learned.factors.tolist(),
    }
    new = path.with_name(path.name + ".new")
    try:
        new.write_text(json.dumps(document), encoding="utf-8")
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def _learned_document(model: Model) -> dict[str, Any]:
    boosted, forest = model.boosted, model.forest
    return {
        "linear": boosted.linear.tolist(),
        "trees": boosted.trees,
        "halves": forest.halves,
        "changes": forest.changes.tolist(),
        "change": forest.change.tolist(),
        "leaf": forest.leaf.tolist(),
    }


def load_model(path: Path) -> FittedModel:
    """Read a model.  Raises `NotAModel`, or `OSError` when the file cannot be opened."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != FORMAT:
            raise NotAModel(f"{path} has the format {document['format']!r}; fit the model again.")
        return _read(document)
    except (ValueError, KeyError, TypeError):
        raise NotAModel(f"{path} is no model that `kezek forecast fit` wrote.") from None


def _read(document: Any) -> FittedModel:
    columns = document["columns"]
    model = None
    if (kept := document["learned"]) is not None:
        forest = Forest(
            tuple(map(str, kept["halves"])),
            np.array(kept["changes"], float),
            np.array(kept["change"], np.int64),
            np.array(kept["leaf"], np.int64),
        )
        linear = np.array(kept["linear"], float)
        model = Model(GradientBoosting(linear, tuple(map(str, kept["trees"]))), forest)
    return FittedModel(
        HistoryColumns(columns["time"], columns["value"], tuple(columns["series"])),
        str(document["zone"]),
        tuple(map(int, document["horizons"])),
        tuple(map(str, document["series"])),
        int(document["until"]),
        model,
        np.array(document["weights"], float),
        np.array(document["factors"], float),
    )
