/** What `PAYMENT_GATEWAY_URL` may say instead of an address. */
export const SIMULATOR = 'simulator'
