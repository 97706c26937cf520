/** What is known of the demand of the whole shop as of a day: its series is its own, and without a cap. */
import { accuracyOf, dispersionOf, weeklySpread, type Accuracy, type Method, type Spread } from './accuracy.ts'
import { profileOf, shopLevel, type Profile } from './level.ts'
import { HORIZONS, type Horizon, type ProfileAt } from './product-model.ts'
import { countBefore, firstDays, sum, type Day, type Series } from './series.ts'

export interface ShopModel {
  readonly level: number
  readonly profile: Profile
  readonly accuracy: Accuracy
  readonly dispersion: number | null
  readonly spreads: ReadonlyMap<Horizon, Spread | null>
  readonly history: { readonly from: Day; readonly to: Day } | null
}

export function shopModel(series: Series, today: Day): ShopModel {
  const method: Method = (before) => {
    const profile = profileOf(before)
    return { profile, level: shopLevel(before, profile) }
  }
  const { level, profile } = method(series)
  const { days, units } = series
  const [from, to] = [days[0], days.at(-1)]
  return {
    level: sum(units) === 0 ? 0 : level,
    profile,
    accuracy: accuracyOf(series, method),
    dispersion: dispersionOf(series, today),
    spreads: new Map(HORIZONS.map((horizon) => [horizon, weeklySpread(series, method, horizon)])),
    history: from === undefined || to === undefined ? null : { from, to },
  }
}

/** Of the shop's days before each day; each is worked out once. */
export function profilesOf(series: Series): ProfileAt {
  const known = new Map<number, Profile>()
  return (day) => {
    const count = countBefore(series, day)
    let profile = known.get(count)
    if (profile === undefined) known.set(count, (profile = profileOf(firstDays(series, count))))
    return profile
  }
}
