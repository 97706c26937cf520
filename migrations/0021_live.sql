-- What clients of live changes have belongs to certain tables of a projection: this number names them. It is raised when
-- others take over that may differ, with differences that were accepted or of another version.
alter table views.projections add column tables integer not null default 1;
