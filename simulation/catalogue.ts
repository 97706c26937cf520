/** What the simulated shop sells: the same for every seed, so that all traffic trades in one shop. */
import type { WantedProduct } from '../commands/inventory.ts'

/** A product with its first receipt, and the reorder point that products have. */
export type CatalogueProduct = Required<Omit<WantedProduct, 'reorderPoint'>>

type Row = readonly [sku: string, name: string, category: string, cents: number, stock: number]

// Bestsellers first: popularity falls with the place in this list (see orders.ts). Stock lasts for hundreds of thousands
// of orders, except for the two limited editions: they sell out within the first two hundred, as such things do.
const rows: readonly Row[] = [
  ['IPHONE-17', 'iPhone 17', 'phones', 99_900, 100_000],
  ['USB-C-CABLE', 'USB-C Cable 2 m', 'phones', 1_499, 500_000],
  ['EARBUDS-PRO', 'Earbuds Pro', 'audio', 24_900, 200_000],
  ['MACBOOK-AIR', 'MacBook Air 15', 'computers', 199_900, 100_000],
  ['PHONE-CASE', 'Phone Case Clear', 'phones', 2_499, 300_000],
  ['CONSOLE-5', 'Game Console 5', 'games', 54_900, 100_000],
  ['COFFEE-GRINDER', 'Coffee Grinder', 'home', 8_900, 100_000],
  ['NOVEL-LIGHTHOUSE', 'The Lighthouse Keepers', 'books', 1_299, 200_000],
  ['GAME-PAD', 'Wireless Game Pad', 'games', 6_999, 100_000],
  ['POWER-BANK', 'Power Bank 20,000 mAh', 'phones', 3_999, 100_000],
  ['CONSOLE-5-GOLD', 'Game Console 5 Gold Edition', 'games', 79_900, 5],
  ['HEADPHONES-ANC', 'Headphones Noise Cancelling', 'audio', 34_900, 100_000],
  ['KEYBOARD-MECH', 'Mechanical Keyboard', 'computers', 12_900, 100_000],
  ['MOUSE-WIRELESS', 'Wireless Mouse', 'computers', 4_999, 100_000],
  ['COOKBOOK-WEEK', 'A Week of Dinners', 'books', 2_899, 100_000],
  ['SPEAKER-MINI', 'Bluetooth Speaker Mini', 'audio', 5_999, 100_000],
  ['MONITOR-27', 'Monitor 27" 4K', 'computers', 37_900, 50_000],
  ['GAME-RACING', 'Racing Legends', 'games', 5_999, 100_000],
  ['DESK-LAMP', 'Desk Lamp', 'home', 4_490, 100_000],
  ['BOARD-GAME-ISLES', 'Isles and Harbours', 'games', 3_990, 50_000],
  ['KETTLE-GLASS', 'Glass Kettle', 'home', 3_999, 50_000],
  ['NOVEL-RIVER', 'A River at Night', 'books', 1_199, 100_000],
  ['SSD-2TB', 'Portable SSD 2 TB', 'computers', 15_900, 50_000],
  ['PIXEL-PHONE', 'Android Phone 10', 'phones', 69_900, 50_000],
  ['TURNTABLE', 'Turntable', 'audio', 29_900, 20_000],
  ['BLANKET-WOOL', 'Wool Blanket', 'home', 7_900, 50_000],
  ['GUIDE-GARDEN', 'The Small Garden', 'books', 2_495, 50_000],
  ['WEBCAM-HD', 'Webcam HD', 'computers', 7_999, 50_000],
  ['VINYL-BOX', 'Live at the Harbour, Numbered Box', 'audio', 14_900, 2],
  ['CHARGER-65W', 'Charger 65 W', 'phones', 3_499, 100_000],
  ['GAME-FARM', 'Valley Farm', 'games', 2_999, 50_000],
  ['PAN-IRON', 'Cast Iron Pan', 'home', 5_900, 50_000],
  ['ATLAS-WORLD', 'Atlas of the World', 'books', 5_900, 20_000],
  ['MICROPHONE-USB', 'USB Microphone', 'audio', 9_900, 20_000],
  ['DOCK-USB-C', 'USB-C Dock', 'computers', 17_900, 20_000],
  ['SMART-PLUG', 'Smart Plug', 'home', 1_990, 100_000],
  ['WORKSTATION', 'Workstation 16-core', 'computers', 349_900, 5_000],
  ['COMIC-COLLECTED', 'Collected Comics, Volume 1', 'books', 1_999, 20_000],
  ['CHESS-SET', 'Chess Set', 'games', 4_900, 20_000],
  ['SOUNDBAR', 'Soundbar', 'audio', 44_900, 20_000],
]

/** The products, bestsellers first, priced in the shop's currency (amounts are its minor units). */
export function catalogue(currency: string): readonly CatalogueProduct[] {
  return rows.map(([sku, name, category, amount, stock]) => ({
    sku,
    name,
    category,
    price: { amount, currency },
    stock,
  }))
}
