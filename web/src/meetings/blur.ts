/** Why a camera is not shown: its background cannot be blurred here, or not now. */
export class NotBlurred extends Error {}

/** Whether this browser can blur what is behind someone: it reads pictures one by one, and has a graphics card to ask. */
export function canBlur(): boolean {
  const reads = 'MediaStreamTrackProcessor' in globalThis || 'captureStream' in HTMLCanvasElement.prototype
  if (!reads || !('VideoFrame' in globalThis) || !('OffscreenCanvas' in globalThis)) return false
  return document.createElement('canvas').getContext('webgl2') !== null
}

/** Fetches what blurs, ten megabytes the first time. Rejects with NotBlurred. */
export async function loadBlur(): Promise<typeof import('./background.ts')> {
  try {
    return await import('./background.ts')
  } catch (error) {
    throw new NotBlurred('What blurs could not be fetched.', { cause: error })
  }
}
