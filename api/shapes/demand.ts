import { Type } from 'typebox'
import { named } from '../../commands/shape.ts'
import { count, Position } from './shape.ts'

export const RecordedDemand = named(
  'RecordedDemand',
  {
    sku: Type.String({ description: 'The product.' }),
    from: Type.String({ format: 'date', description: 'The first day, in UTC.' }),
    units: Type.Array(count('Units wanted on a day.')),
    orders: Type.Array(count('Orders that wanted them.')),
    version: count('Version of what is recorded of the product; it grows with each change.'),
    position: Position,
  },
  {
    description: 'What is recorded of the days that were asked for.',
    examples: [
      { sku: 'IPHONE-17', from: '2026-11-01', units: [3, 0, 5], orders: [2, 0, 1], version: 1, position: 4711 },
    ],
  },
)
