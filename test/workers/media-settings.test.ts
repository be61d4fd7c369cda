import { expect, test, vi } from 'vitest'
import { app } from '../../worker/app.ts'
import type { Env } from '../../worker/env.ts'
import { bindings } from './support/database.ts'
import { enterAs, meetingIn } from './support/meetings.ts'
import { bodyOf, roomOf, signUp, site } from './support/people.ts'

const media = {
  LIVEKIT_URL: 'ws://127.0.0.1:9',
  LIVEKIT_API_KEY: 'APItest',
  LIVEKIT_API_SECRET: 'of 32 bytes or a few more of them',
}

test('[OPS2] a LiveKit that does not answer is away, which takes the chat from nobody, and none is unconfigured', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 })
  try {
    const detail = 'Nobody answers at its address.'
    expect(await bodyOf(await at('/readyz', { ...bindings, ...media }), 200)).toMatchObject({
      dependencies: { auth: { state: 'ready' }, data: { state: 'ready' }, media: { state: 'away', detail } },
    })
    expect(await bodyOf(await at('/readyz', bindings), 200)).toMatchObject({
      dependencies: { media: { state: 'unconfigured', ms: 0 } },
    })
  } finally {
    vi.useRealTimers()
  }
})

test('[OPS3] half a LiveKit is misconfigured, and an address has to be one', async () => {
  const { LIVEKIT_API_SECRET: _, ...half } = media
  expect(await bodyOf(await at('/api/v1/me', { ...bindings, ...half }), 503)).toMatchObject({
    ...{ type: '/problems/misconfigured' },
    detail: 'LIVEKIT_API_SECRET: needed, since a part of what calls need is set',
  })
  expect(await bodyOf(await at('/api/v1/me', { ...bindings, ...media, LIVEKIT_URL: 'media.test' }), 503)).toMatchObject(
    {
      detail:
        'LIVEKIT_URL: the address of LiveKit, such as wss://media.example.org, without a slash at its end, or nothing',
    },
  )
})

test('[OPS2] whoever started Parley may say why there is no sound yet: the call says the same', async () => {
  const ada = await signUp('Ada')
  const meeting = await meetingIn(await roomOf(ada), ada)
  await enterAs(ada, meeting)
  const hint = 'The media server is being built.'
  const cookie = [...ada.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const asked = new Request(`${site}/api/v1/meetings/${meeting}/token`, {
    method: 'POST',
    headers: { cookie, origin: site },
  })

  const answer = await app.fetch(asked, { ...bindings, PARLEY_MEDIA_HINT: hint })

  expect(await bodyOf(answer, 503)).toMatchObject({ type: '/problems/media_away', detail: hint })
})

async function at(path: string, env: Env): Promise<Response> {
  return await app.fetch(new Request(`${site}${path}`), env)
}
