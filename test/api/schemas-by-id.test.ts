import { expect, test } from 'vitest'
import { schemasById } from '../../contract/embedded/schemas-by-id.ts'
import { embeddedRegistry } from '../../contract/embedded/embedded-registry.ts'
import { openPool } from '../../store/postgres/database.ts'
import { testDatabase } from '../support/database.ts'
import { recordOf } from '../contract/registry-contract.ts'

test('a schema that was read by its id is read again without the database, one that was missing is looked for again', async () => {
  const database = await testDatabase()
  const pool = openPool(database.url, { name: 'test', max: 2 })
  try {
    const registry = embeddedRegistry(pool)
    const schemaOf = schemasById(pool)
    const id = await registry.register('kept', recordOf([{ name: 'id' }]))
    expect(await schemaOf(id)).toMatchObject({ id })
    expect(await schemaOf(id + 1)).toBeNull()
    expect(await registry.register('kept', recordOf([{ name: 'id' }, { name: 'more', default: '' }]))).toBe(id + 1)
    const later = await schemaOf(id + 1)
    expect(later?.text).toContain('more')
    await pool.end()
    expect(await schemaOf(id + 1)).toEqual(later)
    await expect(schemaOf(id + 2)).rejects.toThrow()
  } finally {
    if (!pool.ended) await pool.end()
    await database.drop()
  }
})
