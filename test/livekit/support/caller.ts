import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'

// The build for script tags, which its package does not export by name.
const client = join(createRequire(import.meta.url).resolve('livekit-client'), '../livekit-client.umd.js')

/** What one page does with LiveKit's own client. Text, since it runs in the page. */
const script = `
  const room = new LivekitClient.Room()
  const heard = []
  let gone = null
  room.on('disconnected', (reason) => { gone = LivekitClient.DisconnectReason[reason] ?? String(reason) })
  room.on('trackMuted', (publication, participant) => heard.push('muted ' + publication.source + ' ' + participant.identity))
  globalThis.caller = {
    async join(url, token) { gone = null; await room.connect(url, token, { peerConnectionTimeout: 3000, maxRetries: 0 }) },
    async speak() { await room.localParticipant.setMicrophoneEnabled(true) },
    async leave() { await room.disconnect() },
    look() {
      return {
        state: room.state, gone, heard,
        others: [...room.remoteParticipants.keys()].sort(),
        speaks: room.localParticipant.isMicrophoneEnabled,
        mayPublish: room.localParticipant.permissions?.canPublish ?? null,
      }
    },
  }
`

interface Look {
  state: string
  /** Why the call ended for them; null: it has not. */
  gone: string | null
  heard: string[]
  others: string[]
  speaks: boolean
  mayPublish: boolean | null
}

/** A page that calls, with a microphone that beeps. */
export class Caller {
  private readonly page: Page

  private constructor(page: Page) {
    this.page = page
  }

  static async open(browser: Browser): Promise<Caller> {
    const context = await browser.newContext({ permissions: ['microphone', 'camera'] })
    const page = await context.newPage()
    await page.goto(await emptyPage())
    await page.addScriptTag({ path: client })
    await page.addScriptTag({ content: script })
    return new Caller(page)
  }

  /** Joins; rejects when it is not let in. */
  async join({ url, token }: { url: string; token: string }): Promise<void> {
    await this.page.evaluate(`caller.join(${JSON.stringify(url)}, ${JSON.stringify(token)})`)
  }

  async speak(): Promise<void> {
    await this.page.evaluate('caller.speak()')
  }

  async leave(): Promise<void> {
    await this.page.evaluate('caller.leave()')
  }

  async look(): Promise<Look> {
    return await this.page.evaluate<Look>('caller.look()')
  }
}

/** Where there is a page: one of this machine may have a microphone, and talk to what runs here. */
async function emptyPage(): Promise<string> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>A call</title>')
    server.close()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}
