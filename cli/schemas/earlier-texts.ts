/** What `--against` names: the schema files as they were somewhere else, or at another time. */
import { StartFailure } from '../../app/start-failure.ts'
import { defaultRef, gitTexts, GitRefused } from '../../schemas/evolution/git-texts.ts'
import { publishedTexts } from '../../schemas/evolution/published-texts.ts'
import type { SchemaTexts } from '../../schemas/schema-files.ts'
import { obeyed } from './folder.ts'

/** Where a comparison begins. */
export interface Earlier {
  /** As people name it: `git:main`. */
  readonly name: string
  readonly texts: SchemaTexts
}

/** `against` undefined: git, at main. Rejects with StartFailure. */
export async function earlierTexts(folder: string, against: string | undefined): Promise<Earlier> {
  const [kind, rest] = split(against ?? 'git:')
  if (kind === 'lock' && rest === '') return { name: 'lock', texts: ofLock(folder) }
  if (kind === 'git') return ofGit(folder, rest)
  if (kind === 'registry') {
    throw refusal(against, 'no registry can be compared with yet', 'orderledger schemas diff --against lock')
  }
  throw refusal(against, `${String(against)} is not git:REF, lock or registry:URL`, 'orderledger schemas diff --help')
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
        next: 'git branch --all shows what can be named after git:',
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
