/** The pages of products: the stock of all, and of one. */
import type { Area } from './area.ts'

export const PRODUCTS = {
  'products.none': ['No products yet.', 'Pas encore de produits.'],
  'products.caption': [
    'Products: sold out first, then at risk, then the others',
    'Produits : d’abord ceux en rupture, puis ceux à risque, puis les autres',
  ],
  'products.sold-out': ['Sold out', 'En rupture'],
  'products.at-risk': ['At risk', 'À risque'],
  'products.at-risk.below': ['below their reorder points', 'sous leur seuil de réapprovisionnement'],
  'products.in-stock': ['In stock', 'En stock'],
  'products.sort': ['Sort again', 'Trier de nouveau'],
  'products.sorted': ['Up to date', 'À jour'],
  'products.newest': [
    'The {n} newest products. GET /products lists the others.',
    'Les {n} produits les plus récents. GET /products donne les autres.',
  ],
  'products.product': ['Product', 'Produit'],
  'products.stock': ['Stock', 'Stock'],
  'products.category': ['Category', 'Catégorie'],
  'products.price': ['Price', 'Prix'],
  'products.on-hand': ['On hand', 'En magasin'],
  'products.reserved': ['Reserved', 'Réservé'],
  'products.available': ['Available', 'Disponible'],
  'products.reorder-point': ['Reorder point', 'Seuil de réapprovisionnement'],
  'products.do': ['Do', 'Agir'],
  'products.not-now': ['Not now', 'Pas maintenant'],
  'products.now': ['{n} units on hand, {reserved} reserved.', '{n} unités en magasin, dont {reserved} réservées.'],
  'products.receive': ['Receive', 'Réceptionner'],
  'products.receive.title': ['Receive {name}', 'Réceptionner {name}'],
  'products.receive.units': ['Units received', 'Unités reçues'],
  'products.adjust': ['Adjust', 'Corriger'],
  'products.adjust.title': ['Adjust the stock of {name}', 'Corriger le stock de {name}'],
  'products.adjust.units': ['Units found, or missing with a minus', 'Unités trouvées, ou manquantes avec un moins'],
  'products.adjust.reason': ['Reason', 'Raison'],
  'products.alerts': ['Restock alerts', 'Alertes de réassort'],
  'products.alerts.none': [
    'No product keeps selling out or has fallen below its reorder point.',
    'Aucun produit ne manque sans cesse ni n’est passé sous son seuil de réapprovisionnement.',
  ],
  'products.alerts.when': ['When', 'Quand'],
  'products.alerts.what': ['What happened', 'Ce qui s’est passé'],
  'products.alerts.restock': [
    '{n} order for {sku} ({units}) was refused between {from} and {to}: restock it. | {n} orders for {sku} ({units}) were refused between {from} and {to}: restock it.',
    '{n} commande de {sku} ({units}) a été refusée entre {from} et {to} : à réapprovisionner. | {n} commandes de {sku} ({units}) ont été refusées entre {from} et {to} : à réapprovisionner.',
  ],
  'products.alerts.fell-below': [
    '{sku} fell below its reorder point of {point}: {n} unit is available. | {sku} fell below its reorder point of {point}: {n} units are available.',
    '{sku} est passé sous son seuil de réapprovisionnement de {point} : {n} unité disponible. | {sku} est passé sous son seuil de réapprovisionnement de {point} : {n} unités disponibles.',
  ],

  'products.history': ['History', 'Historique'],
  'products.history.caption': [
    'Events of this product, newest first',
    'Événements de ce produit, les plus récents d’abord',
  ],
  'products.history.first': [
    'Events of this product, oldest first',
    'Événements de ce produit, les plus anciens d’abord',
  ],
  'products.history.recent': [
    'The newest 200 within the last 10,000 positions of the log.',
    'Les 200 plus récents parmi les 10 000 dernières positions du journal.',
  ],
  'products.history.old': [
    'Nothing happened to it in the last 10,000 positions of the log.',
    'Rien ne lui est arrivé dans les 10 000 dernières positions du journal.',
  ],
  'products.history.start': ['From the beginning', 'Depuis le début'],
  'products.history.newest': ['Newest', 'Les plus récents'],
  'products.history.next': ['Later', 'Plus tard'],
  'products.event': ['Event', 'Événement'],
  'products.units': ['Units', 'Unités'],
  'products.about': ['About', 'À propos'],
  'products.when': ['When', 'Quand'],
  'products.position': ['Position', 'Position'],
} as const satisfies Area
