import { setTimeout as sleep } from 'node:timers/promises'
import { people } from '../../../protocol/access.ts'
import { ofOneself, type Ask, type Rows } from '../row.ts'
import { credentials, freshId, tokenOf, type Person, type Scene } from '../world.ts'

/** How long a mail may take to arrive. */
const mailWithinMs = 10_000

/** Asks for a code, as anyone may, and finds it in the mailbox of this machine. */
async function mailed(
  { system }: Scene,
  { email }: Person,
): Promise<{ code: string; tokenHash: string; type: string }> {
  await fetch(`${system.pageUrl}/api/v1/auth/code`, {
    method: 'POST',
    headers: { origin: system.pageUrl, 'content-type': 'application/json' },
    body: JSON.stringify({ email }),
  })
  const deadline = Date.now() + mailWithinMs
  while (Date.now() < deadline) {
    const { mails } = (await (await fetch(`${system.supabaseUrl}/mailbox.json`)).json()) as { mails: Mail[] }
    const mail = mails.find(({ to }) => to === email)
    if (mail?.code && mail.link) {
      const { searchParams } = new URL(mail.link)
      return { code: mail.code, tokenHash: searchParams.get('token_hash')!, type: searchParams.get('type')! }
    }
    await sleep(20)
  }
  throw new Error(`no mail came to ${email}`)
}

interface Mail {
  to: string
  code: string | null
  link: string | null
}

/** Someone who signed in a moment ago, at Auth, and nobody else. */
async function signedIn(scene: Scene): Promise<Person> {
  const person = await scene.newcomer()
  return { ...person, token: await tokenOf(scene.system, credentials(person)) }
}

async function toNewcomer(scene: Scene): Promise<Ask> {
  return { body: { email: (await scene.newcomer()).email } }
}

/** A device of someone who has just used it. */
async function device(scene: Scene): Promise<Ask> {
  const as = await signedIn(scene)
  const headers = { authorization: `Bearer ${as.token}` }
  const answer = await fetch(`${scene.system.pageUrl}/api/v1/me/devices`, { headers })
  const { devices } = (await answer.json()) as { devices: { device: string }[] }
  return { as, params: { device: devices[0]?.device ?? '' } }
}

/** Accounts and the devices on which they are signed in. */
export const accounts: Rows = {
  signUp: {
    ask() {
      const as = { id: '', name: 'Newcomer', email: `${freshId()}@parley.test`, token: '' }
      return { as, body: { ...credentials(as), name: as.name } }
    },
  },
  signIn: {
    ask: async (scene) => {
      const as = await scene.newcomer()
      return { as, body: credentials(as) }
    },
  },
  signOut: {
    ask: async (scene) => ({ as: await signedIn(scene), body: {} }),
    also: {
      everywhere: { access: people, ask: async (scene) => ({ as: await signedIn(scene), body: { everywhere: true } }) },
    },
  },
  refreshSession: ofOneself,
  renewSockets: ofOneself,
  sendCode: { ask: toNewcomer },
  resendMail: { ask: toNewcomer },
  recoverAccount: { ask: toNewcomer },
  verifyCode: {
    async ask(scene) {
      const person = await scene.newcomer()
      return { body: { email: person.email, code: (await mailed(scene, person)).code }, as: person }
    },
  },
  confirmMail: {
    async ask(scene) {
      const person = await scene.newcomer()
      const { tokenHash, type } = await mailed(scene, person)
      return { body: { tokenHash, type }, as: person }
    },
  },
  changePassword: {
    ask: async (scene) => {
      const as = await signedIn(scene)
      return { as, body: { password: 'battery staple', current: credentials(as).password } }
    },
  },
  changeEmail: {
    ask: async (scene) => {
      const as = await signedIn(scene)
      return { as, body: { email: `${freshId()}@parley.test`, password: credentials(as).password } }
    },
  },
  readMe: ofOneself,
  renameMe: { ask: async (scene) => ({ as: await signedIn(scene), body: { name: 'Augusta' } }) },
  listDevices: ofOneself,
  renameDevice: { ask: async (scene) => ({ ...(await device(scene)), body: { name: 'Loom' } }) },
  revokeDevice: { ask: device },
}
