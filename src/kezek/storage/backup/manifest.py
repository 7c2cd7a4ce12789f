"""The manifest of a backup as a file: written last, believed only when its own digest fits."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path, PurePosixPath

import msgspec

from kezek.app.installation.manifest import FORM, File, Manifest, encoded
from kezek.storage.fault import Damaged, WrongVersion
from kezek.storage.sqlite.files import fault_at

NAME = "manifest.json"
_BYTES_MAX = 4_000_000
_PIECE = 1 << 20


def write(folder: Path, manifest: Manifest) -> Manifest:
    """Seal the manifest and put it into the folder."""
    sealed = msgspec.structs.replace(manifest, sha256=manifest.digest())
    path = folder / NAME
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.format(encoded(sealed), indent=1) + b"\n")
    return sealed


def read(folder: Path) -> Manifest:
    """The manifest of a backup; Damaged when it is missing, invalid or changed."""
    path = folder / NAME
    try:
        with path.open("rb") as file:
            text = file.read(_BYTES_MAX)
    except FileNotFoundError:
        raise Damaged(
            f"{folder} is no backup, or not a whole one: it has no {NAME}; nothing was changed"
        ) from None
    except OSError as error:
        raise fault_at(path, error) from None
    try:
        form = msgspec.json.decode(text, type=_Form).form
        if form > FORM:
            raise WrongVersion(
                f"{folder} was made by a newer version of Kezek: restore it with that version"
            )
        manifest = msgspec.json.decode(text, type=Manifest)
    except msgspec.DecodeError:
        raise _damaged(path) from None
    if manifest.digest() != manifest.sha256 or not all(map(_inside, manifest.files)):
        raise _damaged(path)
    return manifest


def measured(folder: Path) -> dict[str, File]:
    """Every file below a folder, by its path, measured now."""
    found: dict[str, File] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        found[path.relative_to(folder).as_posix()] = File(path.stat().st_size, _sha256(path))
    return found


def refuse_damaged(folder: Path, manifest: Manifest) -> None:
    """Damaged when a file is missing, cut off or changed."""
    for name, file in manifest.files.items():
        path = folder / name
        try:
            same = path.stat().st_size == file.bytes and _sha256(path) == file.sha256
        except FileNotFoundError:
            same = False
        except OSError as error:
            raise fault_at(path, error) from None
        if not same:
            raise _damaged(path)


class _Form(msgspec.Struct):
    form: int


def _damaged(path: Path) -> Damaged:
    return Damaged(
        f"{path} is damaged or cut off: use another backup, or a copy of this one from another disk;"
        " nothing was changed"
    )


def _inside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and ".." not in parts and not name.startswith("/")


def _sha256(path: Path) -> str:
    made = sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            made.update(piece)
    return made.hexdigest()
