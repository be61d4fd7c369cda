import { people } from '../access.ts'
import { ChangeSettings } from '../api.ts'
import { endpoint } from '../endpoint.ts'
import { Settings } from '../inbox.ts'

export const getSettings = endpoint({
  id: 'getSettings',
  method: 'GET',
  path: '/me/settings',
  summary: 'What you set for yourself',
  auth: 'grace',
  access: people,
  pace: 'read',
  answers: { 200: Settings },
  problems: ['not_found'],
})

export const changeSettings = endpoint({
  id: 'changeSettings',
  method: 'PATCH',
  path: '/me/settings',
  summary: 'Change your settings',
  notes: 'What is named changes, the rest stays. Your devices have heard of it when it is answered.',
  auth: 'session',
  access: people,
  pace: 'write',
  body: ChangeSettings,
  answers: { 200: Settings },
  problems: ['not_found'],
})
