/** The page of customers. */
import type { Area } from './area.ts'

export const CUSTOMERS = {
  'customers.caption': ['Customers, newest first', 'Clients, les plus récents d’abord'],
  'customers.masked': [
    'Names, addresses and numbers are masked until you open a customer; the service logs who opened whom.',
    'Noms, adresses et numéros sont masqués jusqu’à l’ouverture d’un client ; le service note qui a ouvert lequel.',
  ],
  'customers.filter': ['Customers by tier', 'Clients par statut'],
  'customers.all': ['All', 'Tous'],
  'customers.vip': ['VIP', 'VIP'],
  'customers.standard': ['Standard', 'Standard'],
  'customers.none': ['No customers yet.', 'Pas encore de clients.'],
  'customers.none-of-tier': ['No customer has this tier.', 'Aucun client n’a ce statut.'],
  'customers.customer': ['Customer', 'Client'],
  'customers.name': ['Name', 'Nom'],
  'customers.email': ['E-mail', 'E-mail'],
  'customers.phone': ['Phone', 'Téléphone'],
  'customers.tier': ['Tier', 'Statut'],
  'customers.region': ['Region', 'Région'],
  'customers.language': ['Language', 'Langue'],
  'customers.orders': ['Orders', 'Commandes'],
  'customers.spent': ['Spent', 'Dépensé'],
  'customers.spent.about': [
    'Accepted orders, later cancelled ones included; spent is what they came to.',
    'Commandes acceptées, y compris celles annulées ensuite ; dépensé est leur total.',
  ],
  'customers.newest': ['Newest', 'Les plus récents'],
  'customers.older': ['Older', 'Plus anciens'],
  'customers.unknown': ['none', 'aucun'],
  'customers.order': ['Order', 'Commande'],
  'customers.status': ['Status', 'État'],
  'customers.units': ['Units', 'Unités'],
  'customers.total': ['Total', 'Total'],
  'customers.when': ['When', 'Quand'],
  'customers.orders.caption': [
    'Orders of this customer, newest first',
    'Commandes de ce client, les plus récentes d’abord',
  ],
  'customers.orders.none': ['No orders yet.', 'Pas encore de commandes.'],
} as const satisfies Area
