/** How far a session may come, in its order. */
export const STAGES = ['product_view', 'add_to_cart', 'checkout', 'payment_attempt', 'order_completed'] as const
