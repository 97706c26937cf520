/** A replay that a running service refused, because rows were changed by hand. */
import { eventually } from '../support/eventually.ts'
import { query } from '../support/query.ts'

interface Shown {
  readonly replayId: string
  readonly state: string
}

/** Changes the regions of the sales, one of them to a row of this name that comes from no event. Returns the replay's id. */
export async function refuseReplay(url: string, databaseUrl: string, region: string): Promise<string> {
  const [live] = await query(databaseUrl, `select live_generation from views.projections where name = 'sales'`)
  const breakdowns = `views.sales_breakdowns_g${String(live?.['live_generation'])}`
  await query(databaseUrl, `update ${breakdowns} set gmv = gmv + 1 where by_value like 'region:%'`)
  await query(databaseUrl, `insert into ${breakdowns} (by_value) values ('region:${region.replaceAll("'", "''")}')`)
  const begun = await read(`${url}/projections/sales/replay`, 'POST')
  await eventually(async () => (await read(`${url}/replays/${begun.replayId}`, 'GET')).state === 'refused')
  return begun.replayId
}

async function read(url: string, method: string): Promise<Shown> {
  const response = await fetch(url, { method })
  if (!response.ok) throw new Error(`${method} ${url} was answered ${String(response.status)}`)
  return (await response.json()) as Shown
}
