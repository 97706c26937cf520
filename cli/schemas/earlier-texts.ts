/** What `--against` names: the schema files as they were somewhere else, or at another time. */
import { StartFailure } from '../../app/start-failure.ts'
import { readRegistryState } from '../../contract/plan/registry-state.ts'
import { askedOf, registryTexts } from '../../contract/plan/registry-texts.ts'
import { defaultRef, gitTexts, GitRefused } from '../../contract/authoring/git-texts.ts'
import { publishedTexts } from '../../contract/diff/published-texts.ts'
import { schemaTexts, type SchemaTexts } from '../../contract/authoring/schema-files.ts'
import type { CommandContext } from '../command-context.ts'
import { obeyed } from './folder.ts'
import { answered, registryOf } from '../client/schema-registry.ts'

/** Where a comparison begins. */
export interface Earlier {
  /** As people name it: `git:main`. */
  readonly name: string
  readonly texts: SchemaTexts
}

/** `against` undefined: git, at main. Rejects with StartFailure. */
export async function earlierTexts(
  context: CommandContext,
  folder: string,
  against: string | undefined,
): Promise<Earlier> {
  const [kind, rest] = split(against ?? 'git:')
  if (kind === 'lock' && rest === '') return { name: 'lock', texts: ofLock(folder) }
  if (kind === 'git') return ofGit(folder, rest)
  if (kind === 'registry') return ofRegistry(context, folder, rest)
  throw refusal(against, `${String(against)} is not git:REF, lock or registry:URL`, 'orderledger schemas diff --help')
}

/** `named` empty: the one that SCHEMA_REGISTRY_URL names. */
async function ofRegistry(context: CommandContext, folder: string, named: string): Promise<Earlier> {
  const found = registryOf(context, named === '' ? {} : { registry: named })
  const now = schemaTexts(folder)
  const state = await answered(found, () => readRegistryState(found.registry, askedOf(now)))
  return { name: `registry:${found.base}`, texts: registryTexts(state, now) }
}

function ofLock(folder: string): SchemaTexts {
  const next = 'orderledger schemas check'
  return obeyed(() => publishedTexts(folder), { exitCode: 1, tried: 'to read schemas/schemas.lock', next })
}

function ofGit(folder: string, named: string): Earlier {
  try {
    const ref = named === '' ? defaultRef(folder) : named
    return { name: `git:${ref}`, texts: gitTexts(folder, ref) }
  } catch (error) {
    if (!(error instanceof GitRefused)) throw error
    throw new StartFailure(
      {
        code: error.code,
        exitCode: 2,
        what: error.message,
        tried: `to read the schemas at ${named === '' ? 'main' : named} from git`,
        next: error.next ?? 'git branch --all lists what can follow git:',
      },
      { cause: error },
    )
  }
}

function split(against: string): readonly [string, string] {
  const colon = against.indexOf(':')
  return colon < 0 ? [against, ''] : [against.slice(0, colon), against.slice(colon + 1)]
}

function refusal(against: string | undefined, what: string, next: string): StartFailure {
  return new StartFailure({ code: 'unknown-comparison', exitCode: 2, what, tried: `--against ${against ?? ''}`, next })
}
