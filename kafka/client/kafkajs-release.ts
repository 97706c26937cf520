/** Reaches what kafkajs does not export, to put something of ours in its place: only in the release that was compared with. */
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type Kafkajs from 'kafkajs'

const RELEASE = '2.2.4'
const load = createRequire(import.meta.url)

// What was loaded before, by others, keeps the parts that it found then: ours is loaded again.
const HOME = dirname(load.resolve('kafkajs/package.json'))
for (const file of Object.keys(load.cache)) if (file.startsWith(HOME)) Reflect.deleteProperty(load.cache, file)

/**
 * What a file of kafkajs exports becomes what `replacement` makes of it; `file`: behind `kafkajs/src/`. Throws in any
 * other release: what is there has to be compared again; and when it comes too late for those that use the file.
 */
export function replaceInKafkajs<Part>(file: string, replacement: (original: Part) => Part): void {
  if (load.cache[load.resolve('kafkajs')] !== undefined) throw new Error(`kafkajs has loaded its ${file} already`)
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

/** All of it. From now on nothing more is replaced. */
export function loadKafkajs(): typeof Kafkajs {
  return load('kafkajs') as typeof Kafkajs
}
