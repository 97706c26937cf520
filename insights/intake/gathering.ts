/** Gathers what many bring at the same time: what comes while a commit is under way waits for the next one, as with orders. */

export interface GatheringParts<Of, Outcome> {
  /** How much of one commit it is. */
  readonly sizeOf: (one: Of) => number
  /** Of one commit, in the same measure; one that is larger stands alone. */
  readonly mostAtOnce: number
  /** Resolves with the outcome of each, in their order; where it rejects, all of them do. */
  readonly commit: (gathered: readonly Of[]) => Promise<readonly Outcome[]>
}

export interface Gathering<Of, Outcome> {
  /** Of what waits for its commit or is in it. */
  size(): number
  add(one: Of): Promise<Outcome>
}

export function gathering<Of, Outcome>(parts: GatheringParts<Of, Outcome>): Gathering<Of, Outcome> {
  const { sizeOf, mostAtOnce, commit } = parts
  let waiting: Waiting<Of, Outcome>[] = []
  let size = 0
  let busy = false

  function takeSome(): readonly Waiting<Of, Outcome>[] {
    let [count, sum] = [0, 0]
    for (const { one } of waiting) {
      if (count > 0 && sum + sizeOf(one) > mostAtOnce) break
      count += 1
      sum += sizeOf(one)
    }
    const taken = waiting.slice(0, count)
    waiting = waiting.slice(count)
    return taken
  }

  async function work(): Promise<void> {
    busy = true
    while (waiting.length > 0) {
      const batch = takeSome()
      try {
        const outcomes = await commit(batch.map(({ one }) => one))
        for (const [index, { done }] of batch.entries()) done(outcomes[index] as Outcome)
      } catch (error) {
        for (const { failed } of batch) failed(error)
      }
      for (const { one } of batch) size -= sizeOf(one)
    }
    busy = false
  }

  return {
    size: () => size,
    add(one) {
      size += sizeOf(one)
      return new Promise((done, failed) => {
        waiting.push({ one, done, failed })
        if (!busy) void work()
      })
    },
  }
}

interface Waiting<Of, Outcome> {
  readonly one: Of
  readonly done: (outcome: Outcome) => void
  readonly failed: (error: unknown) => void
}
