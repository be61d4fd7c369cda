import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { builtLiveKit } from '../../../scripts/lib/livekit-build.ts'
import { localLiveKit } from '../../../scripts/lib/livekit-choice.ts'
import { startLiveKit } from '../../../scripts/lib/livekit.ts'
import { freePort, freeUdpPort } from '../../../scripts/lib/ports.ts'

/** A running LiveKit, its program, and where its webhooks go: to a port that the tests may listen on. */
export interface TestLiveKit {
  url: string
  apiUrl: string
  apiKey: string
  apiSecret: string
  program: string
  webhookPort: number
  stop(): Promise<void>
}

/** The program of this machine, built where it has to be. Throws where it cannot be had. */
async function programOf(): Promise<string> {
  const choice = localLiveKit()
  switch (choice.kind) {
    case 'given':
    case 'none':
      throw new Error(choice.kind === 'none' ? choice.why : 'A LiveKit of this machine is never one elsewhere.')
    case 'program':
      return choice.path
    case 'build':
      return await builtLiveKit(choice.go, (line) => console.error(line))
  }
}

/** Starts a LiveKit on free ports, which writes into a folder. */
export async function startTestLiveKit(folder: string): Promise<TestLiveKit> {
  const program = await programOf()
  const [http, webhookPort] = [await freePort(), await freePort()]
  const keys = { apiKey: 'APItest', apiSecret: 'a secret of the tests, 32 bytes or more' }
  const log = createWriteStream(join(folder, 'livekit.log'))
  const { stop } = await startLiveKit({
    ...{ program, folder, ...keys, ports: { http, tcp: 0, udp: await freeUdpPort() } },
    webhookUrl: `http://127.0.0.1:${webhookPort}/api/v1/livekit/webhook`,
    onLog: (line) => log.write(`${line}\n`),
  })
  return { url: `ws://127.0.0.1:${http}`, apiUrl: `http://127.0.0.1:${http}`, ...keys, program, webhookPort, stop }
}
