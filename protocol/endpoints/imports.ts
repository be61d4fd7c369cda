import { operators } from '../access.ts'
import { ImportBatch, Imported } from '../api.ts'
import { endpoint } from '../endpoint.ts'
import { Uuid } from '../ids.ts'
import { limits } from '../limits.ts'

export const importMessages = endpoint({
  id: 'importMessages',
  method: 'POST',
  path: '/rooms/{room}/import',
  summary: 'Take up messages of another chat',
  notes:
    'In their order and with their times. What the room has is not added again; nothing of it is unread for anyone.',
  auth: 'service',
  access: operators,
  pace: 'costly',
  params: { room: Uuid },
  body: ImportBatch,
  // 500 messages of 16 kB, with room to spare.
  bodyBytes: limits.importMessages * limits.textBytes * 2,
  answers: { 200: Imported },
  problems: ['not_found', 'room_has_messages'],
})
