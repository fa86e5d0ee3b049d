import { TOTP } from 'otpauth';

/** Returns the code of a second factor that is valid `steps` steps of 30 s from now. */
export function codeOf(secret: string, steps = 0): string {
  return new TOTP({ secret }).generate({ timestamp: Date.now() + steps * 30_000 });
}
