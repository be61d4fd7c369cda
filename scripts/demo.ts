import type { System } from './lib/system.ts'
export async function seedDemo(_system: System): Promise<{ email: string; password: string }[]> { return [] }
