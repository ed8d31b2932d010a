-- All stations.
CREATE TABLE IF NOT EXISTS stations (
  id integer PRIMARY KEY,
  name text NOT NULL
);

INSERT INTO stations (name) VALUES ('Kestrel');

select name
from stations
where id = 1;
