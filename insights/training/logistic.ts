/**
 * Logistic regression on yes-or-no features, by Newton's method, with a small penalty on coefficients so that what occurs
 * with fraud alone has a finite one. There is no chance in it: the same rows in the same order give the same numbers.
 */

/** Rows that have the same features. */
export interface Pattern {
  /** The features that they have, by number. */
  readonly features: readonly number[]
  readonly fraud: number
  readonly honest: number
}

export interface Fit {
  /** Log odds without any feature. */
  readonly intercept: number
  /** What each feature adds to the log odds. */
  readonly coefficients: readonly number[]
}

/** As if each coefficient had been seen to be 0, with a spread of 1. */
const PENALTY = 1
const MOST_STEPS = 100
const MOST_HALVINGS = 30
/** Far below what a whole point is made of. */
const CLOSE = 1e-8

/** `features`: how many there are. Needs rows of both kinds. */
export function fitLogistic(patterns: readonly Pattern[], features: number): Fit {
  const size = features + 1
  const frauds = patterns.reduce((sum, { fraud }) => sum + fraud, 0)
  const honest = patterns.reduce((sum, each) => sum + each.honest, 0)
  // The intercept stands first.
  let weights = [Math.log(frauds / honest), ...Array.from({ length: features }, () => 0)]
  let loss = lossOf(patterns, weights)
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const { gradient, curvature } = slopes(patterns, weights, size)
    const direction = solved(curvature, gradient)
    let [share, next] = [1, moved(weights, direction, 1)]
    let nextLoss = lossOf(patterns, next)
    for (let halving = 0; nextLoss > loss && halving < MOST_HALVINGS; halving += 1) {
      share /= 2
      next = moved(weights, direction, share)
      nextLoss = lossOf(patterns, next)
    }
    if (nextLoss > loss) break
    const change = Math.max(...direction.map((each) => Math.abs(each * share)))
    weights = next
    loss = nextLoss
    if (change < CLOSE) break
  }
  const [intercept = 0, ...coefficients] = weights
  return { intercept, coefficients }
}

function moved(weights: readonly number[], direction: readonly number[], share: number): number[] {
  return weights.map((weight, index) => weight - share * (direction[index] ?? 0))
}

function logOdds({ features }: Pattern, weights: readonly number[]): number {
  return features.reduce((sum, feature) => sum + (weights[feature + 1] ?? 0), weights[0] ?? 0)
}

/** What is made small: minus the log likelihood, and the penalty. */
function lossOf(patterns: readonly Pattern[], weights: readonly number[]): number {
  const fit = patterns.reduce((sum, pattern) => {
    const odds = logOdds(pattern, weights)
    return sum + pattern.fraud * softplus(-odds) + pattern.honest * softplus(odds)
  }, 0)
  return fit + (PENALTY / 2) * weights.slice(1).reduce((sum, weight) => sum + weight * weight, 0)
}

/** log(1 + e^x), also where e^x is too large for a number. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
}

/** First and second derivatives of the loss. */
function slopes(patterns: readonly Pattern[], weights: readonly number[], size: number) {
  const gradient = weights.map((weight, index) => (index === 0 ? 0 : PENALTY * weight))
  const curvature = Array.from({ length: size }, (_, row) => {
    const line = new Float64Array(size)
    line[row] = row === 0 ? 0 : PENALTY
    return line
  })
  for (const pattern of patterns) {
    const probability = 1 / (1 + Math.exp(-logOdds(pattern, weights)))
    const rows = pattern.fraud + pattern.honest
    const error = rows * probability - pattern.fraud
    const spread = rows * probability * (1 - probability)
    const active = [0, ...pattern.features.map((feature) => feature + 1)]
    for (const row of active) {
      gradient[row] = (gradient[row] ?? 0) + error
      const line = curvature[row]
      if (line !== undefined) for (const column of active) line[column] = (line[column] ?? 0) + spread
    }
  }
  return { gradient, curvature }
}

/** x of matrix x = vector, for a matrix that is symmetric and positive, by Cholesky's decomposition. */
function solved(matrix: readonly Float64Array[], vector: readonly number[]): readonly number[] {
  const size = vector.length
  const lower = Array.from({ length: size }, () => new Float64Array(size))
  const at = (row: number, column: number) => lower[row]?.[column] ?? 0
  for (let row = 0; row < size; row += 1)
    for (let column = 0; column <= row; column += 1) {
      let sum = matrix[row]?.[column] ?? 0
      for (let each = 0; each < column; each += 1) sum -= at(row, each) * at(column, each)
      const line = lower[row]
      if (line !== undefined)
        line[column] = row === column ? Math.sqrt(Math.max(sum, Number.EPSILON)) : sum / at(column, column)
    }
  const forward = new Float64Array(size)
  for (let row = 0; row < size; row += 1) {
    let sum = vector[row] ?? 0
    for (let each = 0; each < row; each += 1) sum -= at(row, each) * (forward[each] ?? 0)
    forward[row] = sum / at(row, row)
  }
  const solution = new Float64Array(size)
  for (let row = size - 1; row >= 0; row -= 1) {
    let sum = forward[row] ?? 0
    for (let each = row + 1; each < size; each += 1) sum -= at(each, row) * (solution[each] ?? 0)
    solution[row] = sum / at(row, row)
  }
  return [...solution]
}
