import { startRecording, stopRecording } from '../../../../protocol/endpoints/recordings.ts'
import { gate } from '../../gate.ts'
import { outcome } from '../../outcome.ts'
import { why } from '../../why.ts'

/** Begins to record a meeting, or (with the recording that runs) stops; a sentence where it was refused. */
export async function record(meeting: string, running: string | null): Promise<string | null> {
  const asked =
    running === null
      ? gate.api.call(startRecording, { params: { meeting } })
      : gate.api.call(stopRecording, { params: { meeting, recording: running } })
  const answer = await outcome<unknown>(asked)
  return answer.ok ? null : why(answer.failure)
}
