/** The page of mails. */
import type { Area } from './area.ts'

export const MAIL = {
  'mail.about': [
    'The embedded inbox: mails that went to nobody, because no mail server is configured (SMTP_URL). Names and addresses stand in them, so this page needs the role operate.',
    'La boîte intégrée : les courriels qui ne sont partis nulle part, faute de serveur configuré (SMTP_URL). Ils contiennent des noms et des adresses : cette page demande le rôle operate.',
  ],
  'mail.forbidden': [
    'Reload the page to enter a token that has the role operate.',
    'Rechargez la page pour saisir un jeton qui a le rôle operate.',
  ],
  'mail.empty': [
    'No mail yet. With SMTP_URL, mails go to that server and none is shown here; with EFFECTS=off, none is sent.',
    'Pas encore de courriel. Avec SMTP_URL, ils partent vers ce serveur et aucun n’apparaît ici ; avec EFFECTS=off, aucun n’est envoyé.',
  ],
  'mail.caption': ['Mails, newest first', 'Courriels, les plus récents d’abord'],
  'mail.subject': ['Subject', 'Objet'],
  'mail.to': ['To', 'À'],
  'mail.template': ['Template', 'Modèle'],
  'mail.order': ['Order', 'Commande'],
  'mail.sent': ['Sent', 'Envoyé'],
  'mail.newest': ['Newest', 'Les plus récents'],
  'mail.older': ['Older', 'Plus anciens'],
  'mail.html': ['As HTML', 'En HTML'],
  'mail.text': ['As text', 'En texte'],
  'mail.frame': ['The mail as HTML', 'Le courriel en HTML'],
  'mail.text-of': ['The mail as text', 'Le courriel en texte'],
  'mail.safe': [
    'Scripts, pictures and the addresses of links are left out.',
    'Les scripts, les images et les adresses des liens sont retirés.',
  ],
} as const satisfies Area
