/**
 * Two short sounds, made by the browser itself: off until somebody asks for them, which is remembered where storage allows
 * it. Only a page that is seen sounds.
 */
import { signal } from '@preact/signals'

export type Sound = 'success' | 'failure'

const KEY = 'orderledger-sound'
/** In hertz, one after the other: up for success, down for failure. */
const TONES = { success: [660, 880], failure: [330, 220] } as const
const TONE_SECONDS = 0.12
const VOLUME = 0.08
/** A hundred payments a second are one sound. */
const PAUSE_MS = 400

export const soundOn = signal(remembered())

let context: AudioContext | null = null
const soundedAt: Record<Sound, number> = { success: -Infinity, failure: -Infinity }

export function toggleSound(): void {
  soundOn.value = !soundOn.value
  try {
    localStorage.setItem(KEY, soundOn.value ? 'on' : 'off')
  } catch {
    // Storage may be forbidden: then it lasts as long as the page.
  }
  // Within the click: a browser lets nothing sound that nobody asked for.
  if (soundOn.value) play('success')
}

export function sound(which: Sound): void {
  if (!soundOn.value || document.hidden) return
  const at = performance.now()
  if (at - soundedAt[which] < PAUSE_MS) return
  soundedAt[which] = at
  play(which)
}

function play(which: Sound): void {
  context ??= new AudioContext()
  // After a reload it waits for the first touch of the page.
  if (context.state === 'suspended') void context.resume()
  TONES[which].forEach((hertz, index) => {
    if (context === null) return
    const start = context.currentTime + index * TONE_SECONDS
    const tone = context.createOscillator()
    const volume = context.createGain()
    tone.frequency.value = hertz
    // Faded in and out: a tone that is cut clicks.
    volume.gain.setValueAtTime(0, start)
    volume.gain.linearRampToValueAtTime(VOLUME, start + 0.01)
    volume.gain.linearRampToValueAtTime(0, start + TONE_SECONDS)
    tone.connect(volume).connect(context.destination)
    tone.start(start)
    tone.stop(start + TONE_SECONDS)
  })
}

function remembered(): boolean {
  try {
    return localStorage.getItem(KEY) === 'on'
  } catch {
    return false
  }
}
