/** The program as it is once StockAdjusted is retired: the tables are made from files that say otherwise. */
import { vi } from 'vitest'
import type { DomainEvent, StockAdjusted } from '../../schemas/events.ts'

/** Events that StockAdjusted is replaced by. */
export const REPLACED_BY = ['StockReceived', 'PriceChanged'] as const

/** What `load` imports sees StockAdjusted retired, with this upcaster. */
export async function asIfRetired<Modules>(
  upcaster: (event: StockAdjusted) => readonly DomainEvent[],
  load: () => Promise<Modules>,
): Promise<Modules> {
  vi.resetModules()
  vi.doMock('../../schemas/upcasters.ts', () => ({ upcasters: { StockAdjusted: upcaster } }))
  vi.doMock('../../schemas/events.ts', async (original) => ({
    ...(await original<object>()),
    retiredEvents: { StockAdjusted: { by: REPLACED_BY } },
  }))
  try {
    return await load()
  } finally {
    vi.doUnmock('../../schemas/upcasters.ts')
    vi.doUnmock('../../schemas/events.ts')
    vi.resetModules()
  }
}
