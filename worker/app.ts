import { Hono } from 'hono'
import { checkConfig } from './config.ts'
import type { App } from './env.ts'
import { withHeaders } from './headers.ts'
import { logged } from './log.ts'
import { nowhere } from './nowhere.ts'
import { ownOrigin } from './origin.ts'
import { renderProblem } from './problem.ts'
import { requestId } from './request-id.ts'
import { account } from './routes/account.ts'
import { authentication } from './routes/authentication.ts'
import { blocks } from './routes/blocks.ts'
import { calls } from './routes/calls.ts'
import { devices } from './routes/devices.ts'
import { directory } from './routes/directory.ts'
import { history } from './routes/history.ts'
import { imports } from './routes/imports.ts'
import { inMeeting, meetingSockets } from './routes/in-meeting.ts'
import { invitations } from './routes/invitations.ts'
import { links } from './routes/links.ts'
import { mailed } from './routes/mailed.ts'
import { meetingWays } from './routes/meeting-ways.ts'
import { meetings } from './routes/meetings.ts'
import { members } from './routes/members.ts'
import { ownData } from './routes/own-data.ts'
import { presence } from './routes/presence.ts'
import { problemPages } from './routes/problem-pages.ts'
import { reference } from './routes/reference.ts'
import { recordings } from './routes/recordings.ts'
import { requests } from './routes/requests.ts'
import { rooms } from './routes/rooms.ts'
import { search } from './routes/search.ts'
import { settings } from './routes/settings.ts'
import { sockets } from './routes/sockets.ts'
import { probes, system } from './routes/system.ts'
import { tickets } from './routes/tickets.ts'
import { unread } from './routes/unread.ts'

const api = new Hono<App>()
  // Before whatever touches headers: the answer to an upgrade is forwarded as it came and cannot be changed.
  .route('/', sockets)
  .route('/', meetingSockets)
  .use(async (c, next) => {
    await next()
    c.header('cache-control', 'no-store')
  })
  .use(ownOrigin)
  .route('/', imports)
  .route('/', system)
  .route('/', authentication)
  .route('/', mailed)
  .route('/', account)
  .route('/', devices)
  .route('/', ownData)
  .route('/', settings)
  .route('/', blocks)
  .route('/', presence)
  .route('/', rooms)
  .route('/', history)
  .route('/', search)
  .route('/', members)
  .route('/', calls)
  .route('/', inMeeting)
  .route('/', meetings)
  .route('/', meetingWays)
  .route('/', recordings)
  .route('/', invitations)
  .route('/', links)
  .route('/', directory)
  .route('/', requests)
  .route('/', tickets)
  .route('/', unread)

/**
 * The front door. Everything, sockets included, lives under /api/v1; beside it stand the pages about it, and the probes. The
 * rest of the site is static.
 */
export const app = new Hono<App>()
  .use(requestId)
  .use(logged)
  .use(withHeaders)
  .use(checkConfig)
  .route('/', probes)
  .route('/api/v1', api)
  .route('/', reference)
  .route('/', problemPages)

app.notFound(nowhere)
app.onError(renderProblem)
