import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { atMost, figure, inRounds } from '../figure.ts'
import { writeSchemaFolder } from '../schema-folder.ts'
import { ROOT } from '../service/child.ts'

const EVENTS = 25
const VERSIONS = 5

/** `schemas check` as a user types it, the start of the command included. */
export const schemaCheck = figure({
  id: 'S1',
  title: `orderledger schemas check of ${EVENTS} types of event with ${VERSIONS} versions each`,
  numbers: {
    check: atMost('from the command to its answer', 's', { must: 5 }),
  },
  run: (context) => {
    const folder = join(context.scope.folder(), 'schemas')
    writeSchemaFolder(folder, EVENTS, VERSIONS)
    return inRounds(context, () => Promise.resolve({ check: checkSeconds(folder) }))
  },
})

/** Throws when it finds anything: then something else was measured. */
function checkSeconds(folder: string): number {
  const start = performance.now()
  const args = [join(ROOT, 'cli/orderledger.js'), 'schemas', 'check', '--folder', folder]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`schemas check ended with ${status}: ${stdout}${stderr}`)
  return (performance.now() - start) / 1_000
}
