import { BackgroundProcessor, type BackgroundProcessorWrapper } from '@livekit/track-processors'
import { Track } from 'livekit-client'
import { NotBlurred } from './blur.ts'

export type { BackgroundProcessorWrapper }

/** Where the build puts what segments pictures: see vite.config.ts. */
declare const visionFolder: string

const loader = `${visionFolder}/vision_wasm_internal.js`

interface Policies {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): unknown
}

// MediaPipe loads its own script by a plain address, which the page's policy allows nobody: this one address is let through.
const policies = Reflect.get(globalThis, 'trustedTypes') as Policies | undefined
policies?.createPolicy('default', {
  createScriptURL(url) {
    if (new URL(url, location.href).href === new URL(loader, location.href).href) return url
    throw new TypeError(`No script may come from ${url}.`)
  },
})

/** Blurs what is behind someone, for one camera track. */
export function blur(): BackgroundProcessorWrapper {
  return BackgroundProcessor({
    mode: 'background-blur',
    blurRadius: 12,
    assetPaths: { tasksVisionFileSet: visionFolder, modelAssetPath: `${visionFolder}/selfie_segmenter.tflite` },
  })
}

/** A camera's picture with its background blurred. `stop` ends both. Rejects with NotBlurred, and then the camera is off. */
export async function blurred(camera: MediaStreamTrack): Promise<{ track: MediaStreamTrack; stop(): void }> {
  const processor = blur()
  const element = document.createElement('video')
  const stop = () => {
    camera.stop()
    element.srcObject = null
    void processor.destroy()
  }
  try {
    await processor.init({ kind: Track.Kind.Video, track: camera, element })
    // Where pictures cannot be read one by one, they are taken from an element that plays.
    element.muted = true
    element.srcObject = new MediaStream([camera])
    await element.play()
    if (!processor.processedTrack) throw new Error('There is no picture.')
    return { track: processor.processedTrack, stop }
  } catch (error) {
    stop()
    throw new NotBlurred('The background cannot be blurred here.', { cause: error })
  }
}
