import { createRequire } from 'node:module'

const load = createRequire(import.meta.url)

/** What a file of kafkajs exports, whatever stands in its place by now. */
export function originalOf<Part>(file: string): Part {
  const path = load.resolve(`kafkajs/src/${file}`)
  const kept = load.cache[path]
  Reflect.deleteProperty(load.cache, path)
  try {
    return load(path) as Part
  } finally {
    load.cache[path] = kept
  }
}
