/** Whether a registry takes writes at this moment. */
import type { RegistryClient } from '../registry/registry-client.ts'

/** `READWRITE`, `READONLY` ...; null where the registry says nothing about it. Rejects with a RegistryFailure. */
export async function registryMode(ask: RegistryClient, subject: string | null): Promise<string | null> {
  const path = subject === null ? '/mode' : `/mode/${encodeURIComponent(subject)}`
  const answer = await ask({ method: 'GET', path })
  const mode: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'mode') : null
  return typeof mode === 'string' ? mode : null
}

/** Which of these subjects, or of all (null), only read. */
export async function readOnlyPart(ask: RegistryClient, subjects: readonly string[]): Promise<string | null> {
  const all = await registryMode(ask, null)
  for (const subject of subjects) {
    const own = all === 'READONLY_OVERRIDE' ? null : await registryMode(ask, subject)
    const mode = own ?? all ?? ''
    if (mode.startsWith('READONLY')) return own === null ? `the registry is ${mode}` : `${subject} is ${mode}`
  }
  return null
}
