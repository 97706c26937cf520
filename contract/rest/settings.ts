/** /config and /mode: levels and modes, of one subject and of all. */
import type pg from 'pg'
import { levelNotConfigured, modeNotConfigured } from '../embedded/registry-refusal.ts'
import { DEFAULT_LEVEL, DEFAULT_MODE, effectiveLevel, effectiveMode, ownSettings } from '../embedded/settings.ts'
import { writeLevel, writeMode } from '../embedded/settings.ts'
import { writeTransaction } from '../embedded/write-transaction.ts'
import { flag, levelOf, modeOf, subjectOf, type Asked } from './request.ts'
import { reading, writing, type Route } from './route.ts'

export function settingsRoutes(pool: pg.Pool): readonly Route[] {
  return [...levelRoutes(pool), ...modeRoutes(pool)]
}

function levelRoutes(pool: pg.Pool): readonly Route[] {
  const levelOfAll = async () => (await ownSettings(pool, null)).level ?? DEFAULT_LEVEL
  const set = (subject: string | null, asked: Asked) =>
    writeTransaction(pool, async (client) => {
      const compatibility = levelOf(asked)
      await writeLevel(client, subject, compatibility)
      return { compatibility }
    })
  const takeAway = (subject: string | null) =>
    writeTransaction(pool, async (client) => {
      const { level } = await ownSettings(client, subject)
      if (level === null && subject !== null) throw levelNotConfigured(subject)
      await writeLevel(client, subject, null)
      return { compatibilityLevel: level ?? DEFAULT_LEVEL }
    })
  return [
    reading('/config', async () => ({ compatibilityLevel: await levelOfAll() })),
    writing('PUT', '/config', (asked) => set(null, asked)),
    writing('DELETE', '/config', () => takeAway(null)),
    reading('/config/:subject', async (asked) => {
      const subject = subjectOf(asked)
      const { level } = await ownSettings(pool, subject)
      if (level === null && !flag(asked, 'defaultToGlobal')) throw levelNotConfigured(subject)
      return { compatibilityLevel: level ?? (await effectiveLevel(pool, subject)) }
    }),
    writing('PUT', '/config/:subject', (asked) => set(subjectOf(asked), asked)),
    writing('DELETE', '/config/:subject', (asked) => takeAway(subjectOf(asked))),
  ]
}

function modeRoutes(pool: pg.Pool): readonly Route[] {
  const set = (subject: string | null, asked: Asked) =>
    writeTransaction(pool, async (client) => {
      const mode = modeOf(asked)
      await writeMode(client, subject, { mode, force: flag(asked, 'force') })
      return { mode }
    })
  const takeAway = (subject: string | null) =>
    writeTransaction(pool, async (client) => {
      const { mode } = await ownSettings(client, subject)
      if (mode === null && subject !== null) throw modeNotConfigured(subject)
      await writeMode(client, subject, { mode: null, force: false })
      return { mode: mode ?? DEFAULT_MODE }
    })
  return [
    reading('/mode', async () => ({ mode: await effectiveMode(pool, null) })),
    writing('PUT', '/mode', (asked) => set(null, asked)),
    writing('DELETE', '/mode', () => takeAway(null)),
    reading('/mode/:subject', async (asked) => {
      const subject = subjectOf(asked)
      const { mode } = await ownSettings(pool, subject)
      if (mode === null && !flag(asked, 'defaultToGlobal')) throw modeNotConfigured(subject)
      return { mode: flag(asked, 'defaultToGlobal') ? await effectiveMode(pool, subject) : mode }
    }),
    writing('PUT', '/mode/:subject', (asked) => set(subjectOf(asked), asked)),
    writing('DELETE', '/mode/:subject', (asked) => takeAway(subjectOf(asked))),
  ]
}
