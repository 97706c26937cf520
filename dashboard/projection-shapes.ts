/** What the API says of projections and replays. */

interface StopReason {
  readonly code: string
  readonly message: string
  readonly position: number
}

export interface Projection {
  readonly name: string
  readonly version: number
  readonly generation: number
  readonly state: 'live' | 'replaying' | 'paused' | 'failed'
  readonly position: number
  readonly head: number
  readonly lagEvents: number
  readonly lagSeconds: number
  readonly eventsPerSecond: number
  readonly rows: number
  readonly lastError: StopReason | null
  /** Of the replay that builds its next generation. */
  readonly replayId: string | null
  readonly lastCheck: {
    readonly replayId: string
    readonly checkedAt: string
    readonly position: number
    readonly differences: number
  } | null
}

export interface ProjectionList {
  readonly items: readonly Projection[]
}

export interface Difference {
  readonly table: string
  readonly key: string
  readonly kind: 'missing' | 'extra' | 'different'
  readonly columns: readonly {
    readonly column: string
    readonly live: string | null
    readonly rebuilt: string | null
  }[]
}

export interface Replay {
  readonly replayId: string
  readonly projection: string
  readonly state: 'running' | 'paused' | 'comparing' | 'switched' | 'checked' | 'refused' | 'failed' | 'cancelled'
  readonly check: boolean
  readonly position: number
  readonly target: number
  readonly eventsPerSecond: number
  readonly etaSeconds: number | null
  readonly rows: number
  readonly differences: {
    readonly count: number
    readonly missing: number
    readonly extra: number
    readonly different: number
    readonly samples: readonly Difference[]
  } | null
  readonly failure: StopReason | null
  readonly startedAt: string
  readonly finishedAt: string | null
}

export interface ReplayList {
  readonly items: readonly Replay[]
}
