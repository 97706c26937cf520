/** What became of a cart, in the words of the clients that send one. */
import { Type } from 'typebox'
import { CartItemShape, UserIdShape } from '../../commands/check-out.ts'
import { named, oneOf, ref } from '../../commands/shape.ts'
import { PaymentAttempt } from './payment.ts'
import { Position } from './shape.ts'

export const CheckedOut = named(
  'CheckedOut',
  {
    status: oneOf(['success', 'declined', 'pending'], {
      description: 'What became of the payment; `pending`: not known yet. The order stays placed unless it is paid.',
    }),
    message: Type.String({ description: 'The same in words.' }),
    user_id: UserIdShape,
    cart: Type.Array(ref(CartItemShape), { description: 'As it was sent.' }),
    order_id: Type.String({ description: 'The order that was placed.' }),
    payment: ref(PaymentAttempt),
    position: Position,
  },
  { description: 'A cart that was ordered, and the payment of it.' },
)
