\set truck random(1, 1000000000000)
SELECT book('bench-' || :truck, 1, 'B' || :truck, 'BENCH' || :truck, '+99900' || :client_id);
