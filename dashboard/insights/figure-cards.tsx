/** Figures beside each other, each with what it says in words. */

interface FigureCardsProps {
  readonly cards: readonly { readonly title: string; readonly figure: string; readonly note: string }[]
}

/** Characters that fit in large letters. */
const LONG = 12

export function FigureCards({ cards }: FigureCardsProps) {
  return (
    <ul class="cards">
      {cards.map(({ title, figure, note }) => (
        <li key={title} class="card">
          <h3>{title}</h3>
          <p class={figure.length > LONG ? 'total long' : 'total'}>{figure}</p>
          <p class="dim">{note}</p>
        </li>
      ))}
    </ul>
  )
}
