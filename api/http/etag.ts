/** Entity tags: strong ones name versions, weak ones digest what an answer says. */
import { createHash } from 'node:crypto'
import { ProblemError } from './problem-document.ts'

/** The tag of something that one stream tells: its version. */
export function versionTag(version: number): string {
  return `"${String(version)}"`
}

/** The same of a thing that shows nothing but its own stream; demands on its version compare it (`If-Match`). */
export function ownVersionTag({ version }: { readonly version: number }): string {
  return versionTag(version)
}

/**
 * The tag of a thing that shows several streams: their versions, `"3-1-2"`. Demands compare the first. One that shows its
 * own stream alone has the tag that its commands answer with.
 */
export function versionsTag(versions: readonly number[]): string {
  const last = versions.findLastIndex((version) => version > 0)
  return `"${versions.slice(0, Math.max(1, last + 1)).join('-')}"`
}

/** The tag of a list, of figures or of what several streams tell, over the body without its position and times. */
export function contentTag(content: unknown): string {
  return `W/"${createHash('sha256').update(JSON.stringify(content)).digest('base64url').slice(0, 22)}"`
}

/** Whether `If-None-Match` names the tag; compared weakly (RFC 9110, 13.1.2). */
export function matchesNone(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false
  if (header.trim() === '*') return true
  return header.split(',').some((one) => opaque(one) === opaque(tag))
}

/** A demand on the version of a stream; null when none is made. */
export type VersionDemand = ((version: number) => boolean) | null

const TAG_LIST = /^(?:W\/)?"[\x21\x23-\x7e]*"(?: *, *(?:W\/)?"[\x21\x23-\x7e]*")*$/

/**
 * Reads `If-Match`. An order's tag may name the versions of several streams (`"3-1-2"`): its own, the first, is compared.
 * A weak tag matches nothing (RFC 9110, 13.1.1). Throws a ProblemError when the header is no list of tags.
 */
export function parseIfMatch(header: string | undefined): VersionDemand {
  if (header === undefined) return null
  const value = header.trim()
  if (value === '*') return () => true
  if (!TAG_LIST.test(value)) {
    throw new ProblemError({
      code: 'invalid-request',
      detail: 'If-Match is not a list of entity tags',
      errors: [{ in: 'header', pointer: '/if-match', message: 'must be * or a list of tags such as "3"' }],
    })
  }
  const versions = value.split(',').map((tag) => /^"([1-9][0-9]*)[-"]/.exec(tag.trim())?.[1])
  return (version) => versions.includes(String(version))
}

function opaque(tag: string): string {
  return tag.trim().replace(/^W\//, '')
}
