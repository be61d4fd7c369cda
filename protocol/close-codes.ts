/** Why a room closes a socket. The codes echo HTTP so that anyone can read them. */
export const closeCodes = {
  /** The session is missing or over: refresh it, then connect again. */
  signIn: 4401,
  /** Not a member, or no longer one: stop. */
  notAMember: 4403,
  /** The socket did not keep up with the room: connect again and resume. */
  tooSlow: 4408,
  /** The client speaks a version the room no longer answers: reload the page. */
  clientTooOld: 4426,
  /** Too many frames: wait, then connect again. */
  slowDown: 4429,
  /** The room cannot answer yet (it has to wake and the database is away): connect again later. */
  tryAgainLater: 1013,
} as const
