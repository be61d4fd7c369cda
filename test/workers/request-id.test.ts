import { expect, test } from 'vitest'
import { ask, request, signUp, site } from './support/people.ts'

const uuid = /^[0-9a-f-]{36}$/

test.each([
  ['a success', '/health', 200],
  ['a problem', '/me', 401],
  ['a path that is none', '/nothing', 404],
])('[API3] %s carries the id of its request', async (_, path, status) => {
  const answer = await ask(path, {})
  expect(answer.status).toBe(status)
  expect(answer.headers.get('x-request-id')).toMatch(uuid)
  if (status !== 200) {
    expect(await answer.json()).toMatchObject({ requestId: answer.headers.get('x-request-id') })
  }
})

test('[API3] an upgrade carries the id of its request', async () => {
  const ada = await signUp('Ada')
  const cookie = `parley_access=${ada.cookies.get('parley_access')}`
  const headers = { upgrade: 'websocket', origin: site, cookie, 'x-request-id': 'edge-12345' }
  const answer = await ask('/inbox/socket', { headers })
  expect([answer.status, answer.headers.get('x-request-id')]).toEqual([101, 'edge-12345'])
  answer.webSocket!.accept()
  answer.webSocket!.close()
  const plain = await ask('/inbox/socket', { headers: { 'x-request-id': 'edge-12345' } })
  expect([plain.status, plain.headers.get('x-request-id')]).toEqual([400, 'edge-12345'])
})

test.each([
  ['12345678', true],
  ['a'.repeat(128), true],
  ['req_1.2-3', true],
  ['short', false],
  ['a'.repeat(129), false],
  ['forged" level=error', false],
  ['ünïcödé-id', false],
])('[API3] the id %j that came with the request is taken over: %s', async (given, taken) => {
  const answer = await request(null, 'GET', '/health', undefined, { 'x-request-id': given })
  const id = answer.headers.get('x-request-id')
  if (taken) expect(id).toBe(given)
  else expect(id).toMatch(uuid)
})
