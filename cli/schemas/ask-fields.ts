/** Asks at the terminal for the fields of a new version, until an empty name. */
import { createInterface } from 'node:readline/promises'
import { StartFailure } from '../../app/start-failure.ts'
import { TYPE_HELP, type FieldRequest } from '../../contract/authoring/field-type.ts'

/** Rejects with StartFailure when nobody is there to ask. */
export async function askFields(event: string): Promise<readonly FieldRequest[]> {
  if (process.stdin.isTTY !== true) {
    throw new StartFailure({
      code: 'nobody-to-ask',
      exitCode: 2,
      what: 'no terminal to ask for the fields',
      tried: `to write a version of ${event}`,
      next: 'name the fields with --field, --type and --doc, or --remove',
    })
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await readFields(event, (question) => terminal.question(question))
  } finally {
    terminal.close()
  }
}

/** `ask` shows a question and resolves with the answer. */
export async function readFields(
  event: string,
  ask: (question: string) => Promise<string>,
): Promise<readonly FieldRequest[]> {
  const fields: FieldRequest[] = []
  for (;;) {
    const name = (await ask(`new field of ${event} (empty to finish): `)).trim()
    if (name === '') return fields
    const type = await ask(`type (${TYPE_HELP}): `)
    const fallback = await ask('default, the value for older events (empty for none): ')
    const doc = await ask('doc (meaning, unit, bounds): ')
    fields.push({ name, type, default: fallback === '' ? null : fallback, doc })
  }
}
