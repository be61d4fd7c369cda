import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Advice } from './advice.ts'

type User = { uid: number; gid: number }

/** A program with its arguments, for spawn. `owner` is who must own its files, where that is not who runs this. */
export type Launch = { command: string; args: string[]; options: Partial<User>; owner?: User }

/**
 * How to run a program that refuses to run as root and works on `folder`: unchanged for everyone else, and for root as
 * the folder's present owner, `postgres` or `nobody`.
 */
export function unprivileged(program: string, args: string[], folder: string): Launch {
  if (process.getuid?.() !== 0) return { command: program, args, options: {} }
  const owner = servant(folder)
  if ([program, folder].every((path) => reachable(path, owner))) {
    return { command: program, args, options: owner, owner }
  }
  // A clone below /root is closed to everyone else; this one capability opens it and the user stays without power
  // over processes, devices and networks.
  const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path))
  if (!setpriv) {
    throw new Advice(
      `Postgres cannot run as root, and no other user can reach ${folder}.\n` +
        'Move the repository to a folder that others may enter, or run the command as another user.',
    )
  }
  const capability = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override']
  const identity = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups']
  return { command: setpriv, args: [...identity, ...capability, program, ...args], options: {}, owner }
}

function servant(folder: string): User {
  if (existsSync(folder)) {
    const { uid, gid } = statSync(folder)
    if (uid !== 0) return { uid, gid }
  }
  const users = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(':') ?? []
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new Advice('Postgres cannot run as root, and this machine has neither a user postgres nor nobody: add one.')
}

function reachable(path: string, user: User): boolean {
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    const { uid, gid, mode } = statSync(folder)
    const enter = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
    if ((mode & enter) === 0) return false
    if (folder === dirname(folder)) return true
  }
}
