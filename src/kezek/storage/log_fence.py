"""The fences around the log and the claims (I3, I5, I9), in the words of each database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_SQLITE = (
    # I9: what is logged is never changed,
    """CREATE TRIGGER event_never_changed BEFORE UPDATE ON event BEGIN
SELECT RAISE(ABORT, 'the log is append-only: no event is changed'); END""",
    # and never taken away,
    """CREATE TRIGGER event_never_removed BEFORE DELETE ON event BEGIN
SELECT RAISE(ABORT, 'the log is append-only: no event is removed'); END""",
    # and has no gap, so that a reader that catches up misses nothing (I5).
    """CREATE TRIGGER event_without_gap BEFORE INSERT ON event
WHEN NEW.position <> (SELECT coalesce(max(position), 0) + 1 FROM event) BEGIN
SELECT RAISE(ABORT, 'the log has no gaps: positions follow each other'); END""",
    # I3: a vehicle changes hands only when the booking that held it has ended.
    """CREATE TRIGGER claim_held_once BEFORE UPDATE OF number ON claim
WHEN OLD.number <> NEW.number AND EXISTS
(SELECT 1 FROM booking WHERE number = OLD.number AND ended_at IS NULL) BEGIN
SELECT RAISE(ABORT, 'one active booking per vehicle: the claim is held'); END""",
)

_POSTGRESQL = (
    # I9: what is logged is never changed and never taken away,
    """CREATE FUNCTION event_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
RAISE 'the log is append-only: no event is changed or removed'
USING ERRCODE = 'integrity_constraint_violation', TABLE = 'event', CONSTRAINT = TG_NAME; END $$""",
    """CREATE TRIGGER event_never_changed BEFORE UPDATE OR DELETE ON event
FOR EACH ROW EXECUTE FUNCTION event_kept()""",
    # not even all of it at once,
    """CREATE TRIGGER event_never_emptied BEFORE TRUNCATE ON event
FOR EACH STATEMENT EXECUTE FUNCTION event_kept()""",
    # and has no gap, so that a reader that catches up misses nothing (I5).  Looked at once a batch.
    """CREATE FUNCTION event_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE first bigint; last bigint; many bigint; BEGIN
SELECT min(position), max(position), count(*) INTO first, last, many FROM added;
IF many > 0 AND (last - first + 1 <> many OR last <> (SELECT max(position) FROM event)
OR first <> 1 + (SELECT coalesce(max(position), 0) FROM event WHERE position < first)) THEN
RAISE 'the log has no gaps: positions follow each other'
USING ERRCODE = 'integrity_constraint_violation', TABLE = 'event', CONSTRAINT = TG_NAME;
END IF; RETURN NULL; END $$""",
    """CREATE TRIGGER event_without_gap AFTER INSERT ON event REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION event_follows()""",
    # I3: a vehicle changes hands only when the booking that held it has ended.
    """CREATE FUNCTION claim_free() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF EXISTS (SELECT 1 FROM booking WHERE number = OLD.number AND ended_at IS NULL) THEN
RAISE 'one active booking per vehicle: the claim is held'
USING ERRCODE = 'integrity_constraint_violation', TABLE = 'claim', CONSTRAINT = TG_NAME;
END IF; RETURN NEW; END $$""",
    """CREATE TRIGGER claim_held_once BEFORE UPDATE OF number ON claim FOR EACH ROW
WHEN (OLD.number <> NEW.number) EXECUTE FUNCTION claim_free()""",
)

LOG_FENCES: Mapping[str, Sequence[str]] = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}
