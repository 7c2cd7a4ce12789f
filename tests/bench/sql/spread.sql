\set place random(1, :places)
\set truck random(1, 1000000000000)
SELECT book('bench-' || :truck, :place, 'B' || :truck, 'BENCH' || :truck, '+99900' || :client_id);
