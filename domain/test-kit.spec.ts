import { describe, expect, test } from 'vitest'
import type { InventoryEvent } from '../schemas/events.ts'
import { accept, refuse, to, type Aggregate, type Decide } from './decision.ts'
import { inventory, receiveStock, type Inventory } from './inventory.ts'
import { productListed, stockReceived } from './test-events.ts'
import { Mismatch, foldFrozen, given, on } from './test-kit.ts'

const shop = { 'inventory-A1': [productListed('A1'), stockReceived('A1', 5)] }
const receive = { sku: 'A1', quantity: 3 }
const received = to(inventory, 'A1', stockReceived('A1', 3))

describe('the test kit', () => {
  test('finds a command that does its work twice (law 3)', () => {
    expect(() => given(shop).when(receiveStock, receive)).toThrow('nothing more to say')
  })

  test('finds an answer that differs the second time (law 3)', () => {
    const oncePerStream: Decide<null, string> = (_, read) =>
      read(inventory, 'A1').onHand === 5 ? accept(received) : refuse('done before')
    expect(() => given(shop).when(oncePerStream, null)).toThrow('same answer')
  })

  test('finds a write to a stream that was not read (law 2)', () => {
    const blind: Decide<null, never> = () => accept(received)
    expect(() => given(shop).whenKeyed(blind, null)).toThrow('writes to inventory-A1, which it has not read')
  })

  test('finds a decision that depends on more than what it reads', () => {
    let calls = 0
    const counting: Decide<null, number> = () => refuse(calls++)
    expect(() => given(shop).whenKeyed(counting, null)).toThrow('must say the same')
  })

  test('finds a decision that changes its command', () => {
    const greedy: Decide<{ quantity: number }, never> = (command) => {
      command.quantity = 9
      return accept()
    }
    expect(() => given(shop).whenKeyed(greedy, { quantity: 1 })).toThrow(TypeError)
  })

  test('finds the creation of a stream that exists', () => {
    const create: Decide<null, never> = (_, read) => {
      read.creating(inventory, 'A1')
      return accept()
    }
    expect(() => given(shop).whenKeyed(create, null)).toThrow('inventory-A1 exists')
  })

  test('finds a fold that changes a state in place', () => {
    const mutable: Aggregate<{ count: number }, InventoryEvent> = {
      kind: 'inventory',
      fold: 1,
      initial: { count: 0 },
      evolve(state) {
        state.count += 1
        return state
      },
    }
    expect(() => foldFrozen(mutable, shop['inventory-A1'])).toThrow(TypeError)
  })

  test('tells an outcome from any other', () => {
    const outcome = given(shop).whenKeyed(receiveStock, receive)
    outcome.then(received)
    expect(() => outcome.then()).toThrow(Mismatch)
    expect(() => outcome.then(received, received)).toThrow(Mismatch)
    expect(() => outcome.then(...on('inventory-A1', stockReceived('A1', 4)))).toThrow(Mismatch)
    expect(() => outcome.then(...on('inventory-B1', stockReceived('A1', 3)))).toThrow(Mismatch)
    expect(() => outcome.changesNothing()).toThrow(Mismatch)
    expect(() => outcome.refuses({ reason: 'unknown-product', sku: 'A1' })).toThrow(Mismatch)
  })

  test('compares the recorded events of a refusal too', () => {
    const noted: Decide<null, string> = (_, read) => (read(inventory, 'A1'), refuse('no', received))
    const outcome = given(shop).whenKeyed(noted, null)
    outcome.refuses('no', received)
    expect(() => outcome.refuses('no')).toThrow(Mismatch)
    expect(() => outcome.refuses('never', received)).toThrow(Mismatch)
  })

  test('folds what it is given', () => {
    const state: Inventory = foldFrozen(inventory, shop['inventory-A1'])
    expect(state).toMatchObject({ onHand: 5, reserved: 0 })
  })
})
