import type { ProblemKind } from './problems.ts'

/** What a kind of problem means, what to do about it, and whether the same request may be sent again: for people. */
export interface ProblemText {
  means: string
  do: string
  retry: string
}

/** The pages behind every `type`. Not for the page's bundle: the worker serves them. */
export const problemTexts: Readonly<Record<ProblemKind, ProblemText>> = {
  invalid_request: {
    means: 'A part of the path or the query, a header or the body is not what this endpoint takes.',
    do: '`errors` names each field that does not fit and says why. The reference says what fits.',
    retry: 'Not as it is: the same request gets the same answer.',
  },
  sign_in: {
    means: 'There is no session, or the one that was sent has ended or does not count.',
    do: 'Sign in, or refresh the session and send the new access token.',
    retry: 'Yes, with a session.',
  },
  wrong_credentials: {
    means:
      'The e-mail and the password do not belong together, or the address was not confirmed yet. Which of them, nobody is told.',
    do: 'Check both, or reset the password.',
    retry: 'Yes, with other credentials. Many tries in a row have to wait.',
  },
  wrong_code: {
    means:
      'The code or the link does not count: mistyped, used already, older than an hour, or replaced by a newer mail.',
    do: 'Ask for another mail, and take what the newest one says.',
    retry: 'Not as it is. Many tries in a row have to wait.',
  },
  account_closing: {
    means:
      'Whoever has this account is deleting it. That began with their password or their mail, and cannot be taken back.',
    do: 'Nothing. Once it is done, the address may be used for another account.',
    retry: 'No.',
  },
  forbidden: {
    means: 'You are known, and this is not yours to do: it takes another role in the room, or the service key.',
    do: 'Ask an admin of the room. SECURITY.md lists what each role may do.',
    retry: 'Only after your role has changed.',
  },
  approval_needed: {
    means: 'The admins of this room let people in one by one.',
    do: 'Ask to be let in, with a word on who you are.',
    retry: 'When they have let you in, it is done.',
  },
  passcode_needed: {
    means: 'The room lets in who knows its passcode.',
    do: 'Ask whoever sent you there, and send it as `passcode`.',
    retry: 'With the passcode.',
  },
  wrong_passcode: {
    means: 'This is not the passcode of the room.',
    do: 'Check it. `detail` says how many tries are left before a pause of a quarter of an hour.',
    retry: 'With another passcode.',
  },
  wrong_origin: {
    means: 'The request changes something and rests on a cookie, but does not come from a page of this site.',
    do: 'Send the header `Origin` with this site, or no cookie and `Authorization: Bearer` with an access token.',
    retry: 'Yes, with one of the two.',
  },
  not_found: {
    means: 'There is nothing at this address for you. What you may not know of looks the same as what does not exist.',
    do: 'Check the address, and that you are a member of the room.',
    retry: 'Not before something has changed.',
  },
  method_not_allowed: {
    means: 'There is something at this address, but not for this method.',
    do: 'The header `Allow` names the methods that there are.',
    retry: 'Yes, with one of them.',
  },
  email_taken: {
    means: 'Someone has an account with this e-mail address.',
    do: 'Sign in instead, or reset the password.',
    retry: 'Not with this address.',
  },
  conflict: {
    means:
      'The id or the `Idempotency-Key` stands for another request, or the first request with this key is still under way.',
    do: 'Make a new id or key for a new wish. Repeat an old wish exactly as it was.',
    retry: 'With `retryAfterMs`: yes, after it. Otherwise only under another id or key.',
  },
  link_over: {
    means: 'The link has expired, was used up or was withdrawn.',
    do: 'Ask whoever sent it for a new one.',
    retry: 'No.',
  },
  not_admitted: {
    means: 'A host of the meeting has to let you in first.',
    do: 'Enter the meeting and wait; its socket says when you are admitted.',
    retry: 'After that.',
  },
  room_full: {
    means: 'The room has as many members as a room may have.',
    do: 'Someone has to leave first.',
    retry: 'When there is room again.',
  },
  too_many: {
    means: 'There are as many of these as one may have.',
    do: 'Delete one that is not needed. `detail` says how many there may be.',
    retry: 'After that.',
  },
  declined: {
    means: 'You asked to be let in, and an admin of the room said no.',
    do: 'Wait as long as `Retry-After` says, or talk to someone who is in the room.',
    retry: 'Yes, a week after that.',
  },
  too_large: {
    means: 'The body has more bytes than this endpoint reads.',
    do: 'Send less at once. `detail` says how much is taken.',
    retry: 'Not as it is.',
  },
  room_has_messages: {
    means: 'An import would come after messages that people wrote here.',
    do: 'Import into a new room, or say that it may append.',
    retry: 'With `append`.',
  },
  slow_down: {
    means: 'More requests came from you, or from your address, than are served in this time.',
    do: 'Wait as long as `Retry-After` and `retryAfterMs` say, and send fewer.',
    retry: 'Yes, after that time.',
  },
  internal: {
    means: 'Parley met a mistake of its own. It is in the log under the request id.',
    do: 'Try again later. If it stays, tell whoever runs this Parley the request id.',
    retry: 'Yes. Where the request makes something, repeat it under the same id or `Idempotency-Key`.',
  },
  pending: {
    means: 'The wish was taken down, but the database did not confirm it. It is done as soon as it can be.',
    do: 'Nothing, or ask again to hear the outcome.',
    retry: 'Yes, under the same id: it is carried out once.',
  },
  took_too_long: {
    means: 'What was asked for is there, but finding it took longer than the limit.',
    do: 'Ask for less: name a room, a person or a time, or write words out.',
    retry: 'Only when it asks for less.',
  },
  database_away: {
    means: 'This needs the database, which does not answer now. Rooms that are open go on.',
    do: 'Wait as long as `Retry-After` says.',
    retry: 'Yes. Nothing was changed, or the same id finds it done.',
  },
  not_ready: {
    means:
      'A part that Parley needs does not answer, or its schema is older than the worker. `dependencies` says which.',
    do: 'For whoever runs this Parley: look at the part that is `away` or `behind`; docs/operating.md says what each needs.',
    retry: 'A second later; it is asked anew then.',
  },
  media_away: {
    means: 'This Parley has no media server, or it does not answer. Chat goes on without it.',
    do: 'Try again. For whoever runs this Parley: docs/operating.md says how to get a media server.',
    retry: 'A few seconds later.',
  },
  recording_away: {
    means: 'This Parley has no place to record to: no egress service or no storage is set.',
    do: 'For whoever runs this Parley: docs/operating.md says what recording needs.',
    retry: 'Not before that is set up.',
  },
  misconfigured: {
    means: 'The worker lacks a setting, or has one that does not fit. `detail` says what each has to be.',
    do: 'For whoever runs this Parley: set what it names, and deploy again; docs/operating.md has every setting.',
    retry: 'Once it is set up.',
  },
}
