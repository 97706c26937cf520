/** What the embedded inbox keeps. */
import { Type } from 'typebox'
import { closed, named, nullable, ref } from '../../commands/shape.ts'
import { time } from './shape.ts'

export const Email = named(
  'Email',
  {
    emailId: Type.String({ description: 'The local part of its Message-ID.' }),
    to: Type.String({ description: 'Personal data.' }),
    subject: Type.String({ description: 'Subject.' }),
    body: Type.String({ description: 'The text again, under the name that some clients know.' }),
    text: Type.String({ description: 'The text.' }),
    html: Type.String({ description: 'The same as HTML.' }),
    template: Type.String({ description: 'The template that it was made from.' }),
    orderId: nullable(Type.String({ description: 'The order that it is about; null: it is about none.' })),
    sentAt: time('When it was taken.'),
  },
  { description: 'A mail in the embedded inbox.' },
)

export const EmailList = named(
  'EmailList',
  {
    items: Type.Array(ref(Email)),
    next: nullable(Type.String({ description: 'The cursor of the next page; null on the last.' })),
    emails_sent: Type.Optional(
      Type.Array(
        closed({
          to: Type.String({ description: 'Personal data.' }),
          subject: Type.String({ description: 'Subject.' }),
          body: Type.String({ description: 'The text.' }),
        }),
        { description: 'The same mails under other names; only without query parameters.' },
      ),
    ),
  },
  { description: 'A page of the embedded inbox, the newest first.' },
)
