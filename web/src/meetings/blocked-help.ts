import type { Kind, Why } from './devices.ts'

/** Why a microphone or camera gives nothing, and what to do, in the words of the browser at hand. */
export function helpFor(kind: Kind, why: Why, agent: string): { title: string; help: string } {
  switch (why) {
    case 'blocked':
      return { title: `Parley may not use your ${kind}`, help: unblock(kind, agent) }
    case 'missing':
      return { title: `No ${kind} was found`, help: 'Plug one in and it is used at once. You can join without it.' }
    case 'busy':
      return {
        title: `Your ${kind} does not start`,
        help: 'Another program may be using it. Close that and try again, or join without it.',
      }
    case 'unblurred':
      return {
        title: 'Your background could not be blurred, so your camera is off',
        help: 'Try again, or turn blurring off.',
      }
    case 'unsupported':
      return {
        title: `This page cannot use a ${kind}`,
        help: 'Browsers allow that over https alone, and not in every frame. You can join to listen and write.',
      }
  }
}

function unblock(kind: Kind, agent: string): string {
  if (/iPhone|iPad/.test(agent)) {
    return `In Settings, open your browser, then ${kind === 'camera' ? 'Camera' : 'Microphone'}, and choose “Ask” or “Allow”. Then try again.`
  }
  if (/Firefox/.test(agent)) {
    return `Click the crossed-out ${kind} in the address bar, take “Blocked” away, and try again.`
  }
  if (/Edg|Chrom/.test(agent)) {
    return /Android/.test(agent)
      ? `Tap the sign before the address, then “Permissions”, and allow the ${kind}.`
      : `Click the sign before the address, turn the ${kind} on there, and it starts by itself.`
  }
  if (/Safari/.test(agent)) {
    return `In the menu choose Safari, “Settings for this website”, and allow the ${kind}. Then try again.`
  }
  return `Allow the ${kind} in your browser’s settings for this page, and try again.`
}
