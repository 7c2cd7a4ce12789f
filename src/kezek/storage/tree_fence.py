"""The fences around the log's tree and its heads (I9), in the words of each database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_SQLITE = (
    """CREATE TRIGGER tree_never_changed BEFORE UPDATE ON tree BEGIN
SELECT RAISE(ABORT, 'the tree is append-only: no hash is changed'); END""",
    """CREATE TRIGGER tree_never_removed BEFORE DELETE ON tree BEGIN
SELECT RAISE(ABORT, 'the tree is append-only: no hash is removed'); END""",
    """CREATE TRIGGER tree_without_gap BEFORE INSERT ON tree
WHEN NEW.first <> coalesce((SELECT first + length(hashes) / 32 FROM tree
WHERE tier = NEW.tier ORDER BY first DESC LIMIT 1), 0) BEGIN
SELECT RAISE(ABORT, 'the tree has no gaps: hashes follow each other'); END""",
    """CREATE TRIGGER head_never_changed BEFORE UPDATE ON head BEGIN
SELECT RAISE(ABORT, 'a head that was signed is never changed'); END""",
    """CREATE TRIGGER head_never_removed BEFORE DELETE ON head BEGIN
SELECT RAISE(ABORT, 'a head that was signed is never removed'); END""",
    """CREATE TRIGGER head_never_back BEFORE INSERT ON head
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM head)
OR NEW.size <= coalesce((SELECT size FROM head ORDER BY number DESC LIMIT 1), 0) BEGIN
SELECT RAISE(ABORT, 'heads follow each other and never go back'); END""",
)

_POSTGRESQL = (
    """CREATE FUNCTION sealed_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
RAISE 'the tree and its heads are append-only: nothing is changed or removed'
USING ERRCODE = 'integrity_constraint_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
END $$""",
    """CREATE TRIGGER tree_never_changed BEFORE UPDATE OR DELETE ON tree
FOR EACH ROW EXECUTE FUNCTION sealed_kept()""",
    """CREATE TRIGGER tree_never_emptied BEFORE TRUNCATE ON tree
FOR EACH STATEMENT EXECUTE FUNCTION sealed_kept()""",
    """CREATE TRIGGER head_never_changed BEFORE UPDATE OR DELETE ON head
FOR EACH ROW EXECUTE FUNCTION sealed_kept()""",
    """CREATE TRIGGER head_never_emptied BEFORE TRUNCATE ON head
FOR EACH STATEMENT EXECUTE FUNCTION sealed_kept()""",
    """CREATE FUNCTION tree_follows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF NEW.first <> coalesce((SELECT first + length(hashes) / 32 FROM tree
WHERE tier = NEW.tier ORDER BY first DESC LIMIT 1), 0) THEN
RAISE 'the tree has no gaps: hashes follow each other'
USING ERRCODE = 'integrity_constraint_violation', TABLE = 'tree', CONSTRAINT = TG_NAME;
END IF; RETURN NEW; END $$""",
    """CREATE TRIGGER tree_without_gap BEFORE INSERT ON tree
FOR EACH ROW EXECUTE FUNCTION tree_follows()""",
    """CREATE FUNCTION head_follows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM head)
OR NEW.size <= coalesce((SELECT size FROM head ORDER BY number DESC LIMIT 1), 0) THEN
RAISE 'heads follow each other and never go back'
USING ERRCODE = 'integrity_constraint_violation', TABLE = 'head', CONSTRAINT = TG_NAME;
END IF; RETURN NEW; END $$""",
    """CREATE TRIGGER head_never_back BEFORE INSERT ON head
FOR EACH ROW EXECUTE FUNCTION head_follows()""",
)

TREE_FENCES: Mapping[str, Sequence[str]] = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}
