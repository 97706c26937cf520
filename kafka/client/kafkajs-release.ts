/** Reaches what kafkajs does not export, to put something of ours in its place: only in the release that was compared with. */
import { createRequire } from 'node:module'

const RELEASE = '2.2.4'
const load = createRequire(import.meta.url)

/**
 * What a file of kafkajs exports becomes what `replacement` makes of it; `file`: behind `kafkajs/src/`. Must run before
 * kafkajs loads that file. Throws in any other release: what is there has to be compared anew.
 */
export function replaceInKafkajs<Part>(file: string, replacement: (original: Part) => Part): void {
  const original = partOfKafkajs<Part>(file)
  const loaded = load.cache[load.resolve(`kafkajs/src/${file}`)]
  if (loaded !== undefined) loaded.exports = replacement(original)
}

/** What a file of kafkajs exports. Throws in any other release. */
export function partOfKafkajs<Part>(file: string): Part {
  const { version } = load('kafkajs/package.json') as { readonly version: string }
  if (version !== RELEASE)
    throw new Error(`kafkajs ${version} is not ${RELEASE}: compare its ${file} with our replacement`)
  return load(`kafkajs/src/${file}`) as Part
}
