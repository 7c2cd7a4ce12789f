"""Rules of law as data; the files are in `kezek/regulation/`, read by `app/regulation/regulation.py`."""
