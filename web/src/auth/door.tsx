import { Landing } from '../join/landing.tsx'
import { SignIn } from './sign-in.tsx'
import { SignUp } from './sign-up.tsx'

/** The pages before one is inside, which nobody needs who is. */
export function Door({ page }: { page: { kind: 'sign_in' | 'sign_up' } | { kind: 'invited'; code: string } }) {
  switch (page.kind) {
    case 'sign_in':
      return <SignIn />
    case 'sign_up':
      return <SignUp />
    case 'invited':
      return <Landing code={page.code} />
  }
}
