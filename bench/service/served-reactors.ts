/** Where the slowest reactor stands; nobody serves `deliveries` where no carrier is simulated, as in all that is measured. */
export const SLOWEST_REACTOR = `select min(position) as position from log.checkpoints
  where reader like 'reactor %' and reader <> 'reactor deliveries'`
