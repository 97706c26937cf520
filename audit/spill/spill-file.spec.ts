import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hashName } from './name-hash.ts'
import { PARTS, Partitions } from './partitions.ts'
import { Spill, SpillError } from './spill-file.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spill-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Three records for each of 1,000 names, one round after the other, and what comes back. */
function throughPartitions(spill: Spill): ReadonlyMap<string, readonly number[]> {
  const records = new Partitions(spill, 1)
  const names = new Map<string, string>()
  for (let round = 1; round <= 3; round++) {
    for (let index = 0; index < 1_000; index++) {
      const { low, high } = hashName(`name-${index}`)
      names.set(`${low} ${high}`, `name-${index}`)
      records.add(low, high, Float64Array.of(round * 1_000 + index))
    }
  }
  const back = new Map<string, number[]>()
  for (let part = 0; part < PARTS; part++) {
    const before = back.size
    records.each(part, (low, high, cells, at) => {
      const name = names.get(`${low} ${high}`) ?? 'nobody'
      back.set(name, [...(back.get(name) ?? []), cells[at] ?? Number.NaN])
    })
    expect(back.size).toBeGreaterThan(before)
  }
  return back
}

test.each([
  ['all of it fits', 1_000_000, 0],
  ['a part of it fits', 10_000, 1],
  ['nothing fits', 0, 1],
])('records come back by name, in their order, when %s into memory', (_, memory, files) => {
  const spill = new Spill(folder, memory, 256)
  const back = throughPartitions(spill)
  expect(spill.spilled > 0).toBe(files > 0)
  expect(back.size).toBe(1_000)
  expect(back.get('name-7')).toEqual([1_007, 2_007, 3_007])
  expect(back.get('name-999')).toEqual([1_999, 2_999, 3_999])
  spill.close()
})

test('a spilled file has no name, so a killed process leaves nothing, and what one left in between is removed', () => {
  writeFileSync(join(folder, 'spill-1-0.tmp'), '')
  writeFileSync(join(folder, 'run.json'), '{}')
  const spill = new Spill(folder, 0, 256)
  throughPartitions(spill)
  expect(readdirSync(folder)).toEqual(['run.json'])
  spill.close()
})

test('a folder that cannot hold it is named', () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  expect(() => throughPartitions(new Spill(file, 0, 256))).toThrow(SpillError)
  expect(() => throughPartitions(new Spill(file, Infinity, 256))).not.toThrow()
})
