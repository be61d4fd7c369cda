import { people } from '../access.ts'
import { BlockList } from '../api.ts'
import { endpoint } from '../endpoint.ts'
import { Uuid } from '../ids.ts'

export const listBlocks = endpoint({
  id: 'listBlocks',
  method: 'GET',
  path: '/me/blocks',
  summary: 'Whom you block',
  auth: 'grace',
  access: people,
  pace: 'read',
  answers: { 200: BlockList },
  problems: ['not_found'],
})

export const blockPerson = endpoint({
  id: 'blockPerson',
  method: 'PUT',
  path: '/me/blocks/{person}',
  summary: 'Block a person',
  notes: 'When it is answered, no direct message of theirs arrives any more.',
  auth: 'session',
  access: people,
  pace: 'write',
  params: { person: Uuid },
  answers: { 204: null },
  problems: ['not_found', 'too_many', 'pending'],
})

export const unblockPerson = endpoint({
  id: 'unblockPerson',
  method: 'DELETE',
  path: '/me/blocks/{person}',
  summary: 'Unblock a person',
  auth: 'session',
  access: people,
  pace: 'write',
  params: { person: Uuid },
  answers: { 204: null },
  problems: ['not_found', 'pending'],
})
