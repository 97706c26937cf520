/** What the API says of projections and replays. */

export interface StopReason {
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

export interface DifferenceSample {
  readonly table: string
  readonly key: string
  readonly kind: 'missing' | 'extra' | 'different'
  readonly columns: readonly { readonly column: string; readonly live: unknown; readonly rebuilt: unknown }[]
}

export interface Differences {
  readonly count: number
  readonly missing: number
  readonly extra: number
  readonly different: number
  readonly samples: readonly DifferenceSample[]
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
  readonly differences: Differences | null
  readonly failure: StopReason | null
  readonly startedAt: string
  readonly finishedAt: string | null
}

export interface ReplayList {
  readonly items: readonly Replay[]
}
