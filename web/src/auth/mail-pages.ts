// One chunk for everything that goes by mail: whoever needs one of these pages often needs the next.
export { ConfirmAccount } from './confirm-account.tsx'
export { ConfirmLink } from './confirm-link.tsx'
export { Forgot } from './forgot.tsx'
export { NewPassword } from './new-password.tsx'
export { SignInByCode } from './sign-in-by-code.tsx'
