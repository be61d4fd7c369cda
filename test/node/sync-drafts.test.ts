import { expect, test } from 'vitest'
import { watchDrafts } from '../../web/sync/drafts.ts'
import { memoryStore } from '../../web/sync/memory-store.ts'
import { settled } from './sync-support/hand-clock.ts'
import { roomId } from './sync-support/people.ts'

test('the drafts are known from the start, follow what is typed, and end with the message that was written there', async () => {
  const disk = memoryStore()
  await disk.saveDraft('another room', 'from yesterday')
  const { store, drafts } = watchDrafts(disk)
  await settled()
  await store.saveDraft(roomId, 'half a thou')
  expect(drafts.getState()).toEqual({ 'another room': 'from yesterday', [roomId]: 'half a thou' })
  await store.saveDraft('another room', '')
  const place = { replyTo: null, thread: null }
  const post = { kind: 'post' as const, text: 'half a thought', ...place, mentions: [], forwarded: false }
  const unsent = { id: 'm', room: roomId, at: 1, failed: null }
  await store.addUnsent({ ...unsent, command: { kind: 'delete', target: 3 } })
  await store.addUnsent({ ...unsent, command: { ...post, forwarded: true } })
  expect(drafts.getState()).toEqual({ [roomId]: 'half a thou' })
  await store.addUnsent({ ...unsent, command: post })
  expect(drafts.getState()).toEqual({})
})

test('what is typed before the store has answered is not overwritten by it', async () => {
  const disk = memoryStore()
  await disk.saveDraft(roomId, 'old')
  const { store, drafts } = watchDrafts(disk)
  await store.saveDraft(roomId, 'new')
  await settled()
  expect(drafts.getState()).toEqual({ [roomId]: 'new' })
})
