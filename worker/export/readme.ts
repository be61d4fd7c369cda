/** What lies in an export, for whoever opens it. */
export function readme(at: number): string {
  return `What Parley has of you, as of ${new Date(at).toISOString()}.

All files but this one are JSON in UTF-8. Times are in UTC.

profile.json     who you are here
settings.json    what you set for yourself
blocks.json      whom you block, by their ids
devices.json     where you are signed in
rooms.json       the rooms that you are or were in, with how far you have read and what you set about each
messages/        what you wrote, a file for each room, named by the room's id
reactions.json   the reactions that you gave: in which room, and to the message with which number (seq)
meetings.json    the meetings that you host, were in or are expected in, with when you came and went; what you said of your own
invitations.json the invitations to meetings that you sent, with whom you invited, and those that you got
recordings.json  the recordings that you began
acts.json        what you did as the audit log has it, for a year: whom you let in or removed, what you revoked

In a message: "seq" is its number in the room, "edits" are its earlier texts, "replyTo" is the number of the message that
it answers, and one that you deleted has no text. A message that has disappeared is empty. What you wrote in the last
second may be missing.

What others wrote is not here. It is theirs.
`
}
