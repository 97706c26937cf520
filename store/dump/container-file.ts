/** Avro container files, written so that equal records give equal bytes. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import avsc from 'avsc'
import { DumpFailure } from './dump-failure.ts'

export interface WrittenFile {
  readonly records: number
  readonly bytes: number
  /** Of the whole file, in hex. */
  readonly sha256: string
}

/** Writes and syncs a new file that only its owner may read: a dump holds personal data. */
export async function writeContainer(
  path: string,
  schema: avsc.Schema,
  records: AsyncIterable<object>,
): Promise<WrittenFile> {
  const encoder = new avsc.streams.BlockEncoder(schema, {
    // Also for no records at all: a file without a header is none.
    writeHeader: 'always',
    // Chance marks blocks elsewhere; here the same log is to give the same file.
    syncMarker: createHash('sha256').update(JSON.stringify(schema)).digest().subarray(0, 16),
  })
  const hash = createHash('sha256')
  let bytes = 0
  let count = 0
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      bytes += chunk.length
      done(null, chunk)
    },
  })
  async function* counted(): AsyncGenerator<object> {
    for await (const record of records) {
      count++
      yield record
    }
  }
  const file = await open(path, 'wx', 0o600)
  try {
    await pipeline(Readable.from(counted()), encoder, measure, async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) await file.writeFile(chunk)
    })
    await file.sync()
  } finally {
    await file.close()
  }
  return { records: count, bytes, sha256: hash.digest('hex') }
}

/** Hands the records over in batches of at most `size`. Throws a DumpFailure when the file has other records. */
export async function readContainer<Record>(
  path: string,
  options: BatchOptions,
  take: (batch: readonly Record[]) => Promise<void>,
): Promise<void> {
  for await (const batch of containerBatches<Record>(path, options)) await take(batch)
}

export interface BatchOptions {
  readonly schema: avsc.Schema
  readonly size: number
}

/** The records in batches of at most `size`. Throws a DumpFailure when the file has other records. */
export async function* containerBatches<Record>(
  path: string,
  { schema, size }: BatchOptions,
): AsyncGenerator<readonly Record[]> {
  const expected = JSON.stringify(schema)
  const decoder = new avsc.streams.BlockDecoder({
    parseHook(found: avsc.Schema) {
      if (JSON.stringify(found) === expected) return avsc.Type.forSchema(structuredClone(schema))
      throw new DumpFailure('foreign-dump', `${path} does not have the records of a dump of this release`)
    },
  })
  // What goes wrong with the file reaches the reader of the records; one who stops reading closes the file.
  const reading = pipeline(createReadStream(path), decoder)
  reading.catch(() => undefined)
  let batch: Record[] = []
  for await (const record of decoder as AsyncIterable<Record>) {
    batch.push(record)
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
