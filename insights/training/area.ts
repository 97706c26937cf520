/** How well scores rank fraud above honest attempts, whatever threshold one sets. */

export interface Ranked {
  readonly score: number
  readonly fraud: boolean
}

/**
 * The area under the curve of recall by false alarms: how often an attempt of fraud has more points than an honest one,
 * a tie counting half. Null: one of both is missing.
 */
export function areaUnderCurve(ranked: readonly Ranked[]): number | null {
  const byScore = new Map<number, { fraud: number; honest: number }>()
  for (const { score, fraud } of ranked) {
    const same = byScore.get(score) ?? { fraud: 0, honest: 0 }
    same[fraud ? 'fraud' : 'honest'] += 1
    byScore.set(score, same)
  }
  let [honestBelow, frauds, wins] = [0, 0, 0]
  for (const [, { fraud, honest }] of [...byScore].sort(([one], [other]) => one - other)) {
    wins += fraud * (honestBelow + honest / 2)
    honestBelow += honest
    frauds += fraud
  }
  return frauds === 0 || honestBelow === 0 ? null : wins / (frauds * honestBelow)
}
