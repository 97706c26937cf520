/** A seeded source of chance: the same seed gives the same numbers on every machine. Not for secrets. */

export interface Random {
  /** A number in [0, 1) with 32 random bits. */
  unit(): number
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number
  /** One of the list; throws a RangeError when the list is empty. */
  pick<T>(list: readonly T[]): T
  /** An index of `weights`, each as likely as its weight; throws a RangeError when no weight is above 0. */
  weighted(weights: Weights): number
}

/** Weights summed up once, so that drawing costs a binary search. */
export interface Weights {
  readonly cumulative: readonly number[]
  readonly total: number
}

/** Prepares weights of 0 or more for `Random.weighted`. */
export function weightsOf(weights: readonly number[]): Weights {
  let total = 0
  const cumulative = weights.map((weight) => (total += weight))
  return { cumulative, total }
}

/** A source of its own for each (seed, purpose): drawing more from one never changes what another one gives. */
export function createRandom(seed: number, purpose: string): Random {
  const unit = sfc32(seed, purpose)

  function int(min: number, max: number): number {
    return min + Math.floor(unit() * (max - min + 1))
  }

  return {
    unit,
    int,
    pick(list) {
      const chosen = list[int(0, list.length - 1)]
      if (chosen === undefined) throw new RangeError('nothing to pick from')
      return chosen
    },
    weighted({ cumulative, total }) {
      if (!(total > 0)) throw new RangeError('no weight is above 0')
      const point = unit() * total
      let low = 0
      let high = cumulative.length - 1
      while (low < high) {
        const middle = (low + high) >>> 1
        if (point < (cumulative[middle] ?? total)) high = middle
        else low = middle + 1
      }
      return low
    },
  }
}

// sfc32 (Chris Doty-Humphrey, PractRand): 128 bits of state, period about 2^127, passes BigCrush; a handful of integer
// operations a number. The first 15 numbers only mix the seed into all of the state.
function sfc32(seed: number, purpose: string): () => number {
  let a = seed >>> 0
  let b = Math.floor(seed / 2 ** 32) >>> 0
  let c = fnv1a(purpose)
  let counter = 1

  function next(): number {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return (sum >>> 0) / 2 ** 32
  }

  for (let i = 0; i < 15; i++) next()
  return next
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
