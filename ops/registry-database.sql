-- Run once, when the volume of Postgres is new: the registry keeps its schemas beside the log.
create database registry;
