import { lazy } from 'react'
import { persistently } from '../persistently.ts'

// To read a room nobody needs these.
const load = () => persistently(() => import('./calls-here.tsx'))
export const CallButtons = lazy(async () => ({ default: (await load()).CallButtons }))
export const CallBanner = lazy(async () => ({ default: (await load()).CallBanner }))
export const CallCard = lazy(async () => ({ default: (await load()).CallCard }))
