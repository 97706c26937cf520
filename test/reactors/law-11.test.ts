/** Law 11: an effect follows its event. The reactors that there are have commands for effects. */
import { expect, test } from 'vitest'
import { openProjecting } from '../projections/projecting.ts'
import { projections } from '../../projections/views/list.ts'
import { newId } from '../../app/clock.ts'
import { migrateDatabase } from '../../app/start/migrate-database.ts'
import { eventually } from '../support/eventually.ts'
import { headOf, names, openReacting, reserve } from './reacting.ts'

test('law 11: replaying every read model asks for no command', async () => {
  await using projecting = await openProjecting()
  await reserve(projecting.pool, names(20), () => -60_000)
  await projecting.project()
  const head = await headOf(projecting.pool)
  await projecting.shown(head)
  projecting.replay()
  const replays = await Promise.all(
    projections.map(({ name }) => projecting.views.replays.start(name, { replayId: newId() })),
  )
  for (const replay of replays) {
    await eventually(async () => {
      const now = await projecting.views.replays.read(replay?.replayId ?? '')
      return now?.state === 'switched'
    })
  }
  expect(await headOf(projecting.pool)).toBe(head)
})

test('law 11: a reactor that a log has not had begins behind its last event, and one that it has had stays where it is', async () => {
  await using reacting = await openReacting()
  await reserve(reacting.pool, ['o1'], () => -1_000)
  const places = async () => {
    const { rows } = await reacting.pool.query<{ reader: string; position: number }>(
      `select reader, position::int from log.checkpoints where reader in ('reactor mail', 'reactor payments') order by reader`,
    )
    return rows
  }
  await reacting.pool.query(`delete from log.checkpoints where reader = 'reactor mail'`)
  await migrateDatabase(reacting.pool)
  expect(await places()).toEqual([
    { reader: 'reactor mail', position: await headOf(reacting.pool) },
    { reader: 'reactor payments', position: 0 },
  ])
})
