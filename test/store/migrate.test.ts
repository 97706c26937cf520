import type pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { migrations } from '../../migrations/list.ts'
import { openPool } from '../../store/postgres/database.ts'
import { migrate, migrationStatus, NewerSchema } from '../../store/postgres/migrate.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'

const NAMES = Object.keys(migrations)

let database: TestDatabase
let pool: pg.Pool

beforeEach(async () => {
  database = await testDatabase({ empty: true })
  pool = openPool(database.url, { name: 'test', max: 4 })
})

afterEach(async () => {
  await pool.end()
  await database.drop()
})

test('an empty database gets every migration in order, and a second time nothing', async () => {
  expect(await migrationStatus(pool)).toEqual(NAMES.map((name) => ({ name, appliedAt: null })))
  expect(await migrate(pool)).toEqual(NAMES)
  expect(await migrate(pool)).toEqual([])
  expect(await migrationStatus(pool)).toEqual(NAMES.map((name) => ({ name, appliedAt: expect.any(Date) as Date })))
})

test('of twenty processes that migrate at once each succeeds, and each migration is applied once', async () => {
  const pools = Array.from({ length: 20 }, () => openPool(database.url, { name: 'test', max: 2 }))
  const applied = await Promise.all(pools.map((one) => migrate(one)))
  expect(applied.flat().sort()).toEqual([...NAMES].sort())
  await Promise.all(pools.map((one) => one.end()))
})

test('a database that a newer release has migrated is refused, and left as it is', async () => {
  await migrate(pool)
  await pool.query("insert into kysely_migration (name, timestamp) values ('9999_of_a_newer_release', now()::text)")
  await expect(migrate(pool)).rejects.toThrow(NewerSchema)
  await expect(migrate(pool)).rejects.toThrow(/9999_of_a_newer_release/)
  await expect(migrationStatus(pool)).rejects.toThrow(NewerSchema)
})

test('a migration that fails leaves nothing of itself', async () => {
  await pool.query('create schema views')
  await expect(migrate(pool)).rejects.toMatchObject({ code: '42P06' })
  const { rows } = await pool.query<{ events: string | null }>("select to_regclass('log.events') as events")
  expect(rows).toEqual([{ events: null }])
  await pool.query('drop schema views')
  expect(await migrate(pool)).toEqual(NAMES)
})

test('a failing database is reported, not swallowed', async () => {
  const nowhere = openPool('postgres://127.0.0.1:1/none', { name: 'test', max: 1 })
  await expect(migrate(nowhere)).rejects.toThrow(/ECONNREFUSED/)
  await nowhere.end()
})

/** Kept as a file, so that those who change the schema see, and show, what changed. */
test('the schema is the one on record', async () => {
  await migrate(pool)
  await expect(await describeSchema(pool)).toMatchFileSnapshot('../snapshots/schema.txt')
})

async function describeSchema(db: pg.Pool): Promise<string> {
  const { rows } = await db.query<{ line: string }>(`
    with ours as (
      select c.oid, c.relname, c.reloptions, format('%I.%I', n.nspname, c.relname) as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('log', 'views', 'registry', 'mail', 'behaviour') and c.relkind in ('r', 'p')
    ), described as (
      select name, 1 as rank, 0 as place,
        format('table %s%s', name, ' with ' || array_to_string(reloptions, ', ')) as line
      from ours
      union all
      select name, 2, a.attnum, format('  %s %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
        case when a.attcollation <> t.typcollation then ' collate ' || l.collname else '' end,
        case when a.attnotnull then ' not null' else '' end,
        ' default ' || pg_get_expr(d.adbin, d.adrelid))
      from ours join pg_attribute a on a.attrelid = ours.oid and a.attnum > 0 and not a.attisdropped
      join pg_type t on t.oid = a.atttypid
      left join pg_collation l on l.oid = a.attcollation
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      union all
      select name, 3, 0, format('  constraint %s %s', conname, pg_get_constraintdef(k.oid))
      from ours join pg_constraint k on k.conrelid = ours.oid and k.contype <> 'n'
      union all
      select name, 4, 0, format('  %s', pg_get_indexdef(i.indexrelid))
      from ours join pg_index i on i.indrelid = ours.oid
      union all
      select name, 5, 0, format('  %s (enabled: %s)', pg_get_triggerdef(g.oid), g.tgenabled)
      from ours join pg_trigger g on g.tgrelid = ours.oid and not g.tgisinternal
      union all
      select 'zz', 6, 0, pg_get_functiondef(p.oid)
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('log', 'views', 'registry', 'mail', 'behaviour')
    )
    select line from described order by name collate "C", rank, place, line collate "C"`)
  return rows.map(({ line }) => `${line.trimEnd()}\n`).join('')
}
