-- What a booking is held against: the same work as one SQL function a transaction.
-- Key lookup, guarded decrement, a booking with both unique indexes, an event row; one round trip, one commit.
CREATE TABLE place (
  id integer PRIMARY KEY,
  remaining integer NOT NULL CHECK (remaining >= 0)
);
CREATE TABLE booking (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  place integer NOT NULL,
  plate text NOT NULL,
  vin text NOT NULL,
  phone text NOT NULL,
  driver text NOT NULL,
  confirmed_at bigint NOT NULL,
  ended_at bigint
);
CREATE UNIQUE INDEX one_active_by_plate ON booking (plate) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX one_active_by_vin ON booking (vin) WHERE ended_at IS NULL;
CREATE TABLE answered (
  key text PRIMARY KEY,
  number bigint NOT NULL
);
CREATE TABLE event (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at bigint NOT NULL,
  kind text NOT NULL,
  place integer NOT NULL,
  number bigint NOT NULL,
  body text NOT NULL
);

CREATE FUNCTION book(key_asked text, place_asked integer, plate text, vin text, phone text)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  made bigint;
  now_ms bigint := (extract(epoch FROM clock_timestamp()) * 1000)::bigint;
BEGIN
  SELECT number INTO made FROM answered WHERE key = key_asked;
  IF found THEN
    RETURN made;
  END IF;
  UPDATE place SET remaining = remaining - 1 WHERE id = place_asked AND remaining > 0;
  IF NOT found THEN
    RETURN NULL;
  END IF;
  INSERT INTO booking (place, plate, vin, phone, driver, confirmed_at)
    VALUES (place_asked, plate, vin, phone, 'Bench Driver', now_ms) RETURNING number INTO made;
  INSERT INTO answered VALUES (key_asked, made);
  INSERT INTO event (at, kind, place, number, body)
    VALUES (now_ms, 'confirmed', place_asked, made, '{"class":"in_turn","fee":432500}');
  RETURN made;
END
$$;
