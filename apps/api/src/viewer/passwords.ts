import { Algorithm, hash, verify } from '@node-rs/argon2';

/** RFC 9106, second recommended choice, within what OWASP asks: 19 MiB, two passes. */
const OPTIONS = { algorithm: 2 satisfies Algorithm.Argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const PASSWORD = { least: 10, most: 1_000 };

/** A hash of the password, with its salt and costs. About 30 ms, off the event loop. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, OPTIONS);
}

let decoy: Promise<string> | undefined;

/** Whether the password is right. Takes as long when there is nobody to compare with. */
export async function passwordFits(password: string, stored: string | null): Promise<boolean> {
  decoy ??= hashPassword('nobody has this password');
  const fits = await verify(stored ?? (await decoy), password);
  return fits && stored !== null;
}
