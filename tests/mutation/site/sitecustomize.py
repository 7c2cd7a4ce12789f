"""Loaded by Python before all else where this folder is on its path: the process has the fault."""

import os

from tests.mutation.plant import NAMED, plant, table

plant(table()[os.environ[NAMED]])
